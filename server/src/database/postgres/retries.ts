import { setTimeout as sleep } from 'node:timers/promises'
import { DomainError, messageOf, systemCodeOf } from '../../errors.ts'

/** Classes of errors (SQLSTATE) and errors of the system that say nothing but that the server is away. */
const UNAVAILABLE = /^(08|57P|53|E(CONN|HOST|NET|PIPE|TIMEDOUT|AI_AGAIN|NOTFOUND))|25006/
/** What two transactions do to each other by chance: done again it goes well. */
const RETRYABLE_STATES = ['40001', '40P01', '23505']
const MAX_ATTEMPTS = 5
const RETRY_PAUSE_MS = 20
const RETRY_AFTER_S = 2

/** Whether an error says nothing but that the database server can't be reached, or is being started or ended. */
export function isUnavailable(error: unknown): boolean {
  return (
    UNAVAILABLE.test(systemCodeOf(error) ?? '') ||
    /connection (terminated|timeout)|connect timeout|timeout exceeded when trying to connect/i.test(
      messageOf(error),
    )
  )
}

/**
 * Every method of an object, with what is no error of ours told apart: a server that is away tells whoever asks to come back, and what
 * collided with another transaction is done again. So each method has to be one transaction, or bear being done twice.
 */
export function withRetries<T extends object>(target: T): T {
  return new Proxy(target, {
    get(object, name, receiver) {
      const method = Reflect.get(object, name, receiver)
      if (typeof method !== 'function') return method
      return (...args: unknown[]) => retryOnConflict(async () => method.apply(object, args))
    },
  })
}

async function retryOnConflict(work: () => Promise<unknown>): Promise<unknown> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (isUnavailable(error))
        throw new DomainError('unavailable', `PostgreSQL does not answer: ${messageOf(error)}.`, {
          cause: error,
          retryAfterS: RETRY_AFTER_S,
        })
      if (tries >= MAX_ATTEMPTS || !RETRYABLE_STATES.includes(systemCodeOf(error) ?? '')) throw error
      await sleep(RETRY_PAUSE_MS * tries * (0.5 + Math.random()))
    }
  }
}
