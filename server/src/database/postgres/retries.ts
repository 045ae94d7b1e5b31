import pRetry from 'p-retry'
import { DomainError, messageOf, systemCodeOf } from '../../errors.ts'

/** SQLSTATE classes and system errors that mean that the server can't be reached. */
const UNREACHABLE = /^(08|57P|E(CONN|HOST|NET|PIPE|TIMEDOUT|AI_AGAIN|NOTFOUND))/
/** SQLSTATE classes of a server that lacks memory, disk space or connections, or has become a standby server. */
const LACKING = /^(53|25006)/
/** Conflicts between two transactions, which do not occur again when one is repeated. */
const RETRYABLE_STATES = ['40001', '40P01', '23505']
const MAX_ATTEMPTS = 5
const RETRY_PAUSE_MS = 20
const RETRY_AFTER_S = 2

/** Whether the server did not do its work, but may do it later. */
function isUnavailable(error: unknown): boolean {
  return LACKING.test(systemCodeOf(error) ?? '') || isUnreachable(error) || isLostNode(error)
}

/** Whether an error only means that the database server can't be reached, or is starting or stopping. */
export function isUnreachable(error: unknown): boolean {
  return (
    UNREACHABLE.test(systemCodeOf(error) ?? '') ||
    /connection (terminated|timeout|error)|connect timeout|timeout exceeded when trying to connect|(connect|getaddrinfo) E[A-Z]+/i.test(
      messageOf(error),
    )
  )
}

/** Whether a node of a Citus cluster ended during a statement, which has no SQLSTATE of its own. */
function isLostNode(error: unknown): boolean {
  return /server closed the connection unexpectedly|connection to the remote node/i.test(messageOf(error))
}

/**
 * Repeats work that conflicted with another transaction. It must be one transaction, or safe to repeat.
 * @throws {DomainError} `unavailable` if the server can't be reached, so that clients try again later
 */
export async function retry<T>(work: () => Promise<T>): Promise<T> {
  return pRetry(work, {
    retries: MAX_ATTEMPTS - 1,
    minTimeout: RETRY_PAUSE_MS,
    randomize: true,
    shouldRetry: ({ error }) => RETRYABLE_STATES.includes(systemCodeOf(error) ?? ''),
  }).catch((error: unknown) => {
    if (!isUnavailable(error)) throw error
    throw new DomainError('unavailable', `PostgreSQL does not answer: ${messageOf(error)}.`, {
      cause: error,
      retryAfterS: RETRY_AFTER_S,
    })
  })
}

/** Applies `retry` to every method of an object; all of them must be asynchronous. */
export function withRetries<T extends object>(target: T): T {
  return new Proxy(target, {
    get(object, name, receiver) {
      const method: unknown = Reflect.get(object, name, receiver)
      if (typeof method !== 'function') return method
      return (...args: unknown[]) => retry(async () => Reflect.apply(method, object, args))
    },
  })
}
