import pRetry from 'p-retry'
import { DomainError, messageOf, systemCodeOf } from '../../errors.ts'

/** SQLSTATE classes and system errors that mean that the server can't be reached. */
const UNAVAILABLE = /^(08|57P|53|E(CONN|HOST|NET|PIPE|TIMEDOUT|AI_AGAIN|NOTFOUND))|25006/
/** Conflicts between two transactions, which do not occur again when one is repeated. */
const RETRYABLE_STATES = ['40001', '40P01', '23505']
const MAX_ATTEMPTS = 5
const RETRY_PAUSE_MS = 20
const RETRY_AFTER_S = 2

/** Whether an error only means that the database server can't be reached, or is starting or stopping. */
function isUnavailable(error: unknown): boolean {
  return (
    UNAVAILABLE.test(systemCodeOf(error) ?? '') ||
    /connection (terminated|timeout|error)|connect timeout|timeout exceeded when trying to connect/i.test(
      messageOf(error),
    ) ||
    isLostNode(error)
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
