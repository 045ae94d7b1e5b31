import { DomainError, messageOf } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { isUnreachable } from './retries.ts'

/** The server may answer one connection and refuse others: then its outages are not logged more often than this. */
const MIN_INTERVAL_MS = 60_000

/** Logs the beginning and the end of each outage of the server, so that nothing that fails meanwhile has to be logged. */
export class Outage {
  readonly #server: string
  readonly #log: Log
  #isLogged = false
  #isOver = true
  /** In the time of `performance.now()`. */
  #loggedAt = Number.NEGATIVE_INFINITY

  /** @param server its name for the log */
  constructor(server: string, log: Log) {
    this.#server = server
    this.#log = log
  }

  /** @returns whether an error only means that the server can't be reached */
  readonly report = (error: unknown): boolean => {
    const cause = error instanceof DomainError && error.code === 'unavailable' ? error.cause : error
    if (!isUnreachable(cause)) return false
    const isNew = this.#isOver && performance.now() - this.#loggedAt >= MIN_INTERVAL_MS
    this.#isOver = false
    if (!isNew) return true
    this.#isLogged = true
    this.#loggedAt = performance.now()
    this.#log.warn(
      `PostgreSQL at ${this.#server} does not answer: ${messageOf(cause)}. Until it does, requests get the status 503, and indexing waits.`,
    )
    return true
  }

  /** The server has answered. */
  readonly end = (): void => {
    if (this.#isLogged) this.#log.info('PostgreSQL answers again.')
    this.#isLogged = false
    this.#isOver = true
  }
}
