import { setTimeout as sleep } from 'node:timers/promises'

const PATHS_PER_COMMAND = 500
const RETRY_AFTER_MS = 1_000

/** Passes paths that may have changed on to the leader, and repeats what fails until it is closed. */
export class PathSender {
  readonly #send: (paths: string[]) => Promise<void>
  readonly #retryAfterMs: number
  readonly #unsent = new Set<string>()
  readonly #closing = new AbortController()
  #isSending = false

  constructor(send: (paths: string[]) => Promise<void>, retryAfterMs = RETRY_AFTER_MS) {
    this.#send = send
    this.#retryAfterMs = retryAfterMs
  }

  /** Each path is sent at least once, even after `close`: the last files of a process are stored while it ends. */
  add(paths: readonly string[]): void {
    for (const path of paths) this.#unsent.add(path)
    if (!this.#isSending) void this.#sendAll()
  }

  close(): void {
    this.#closing.abort()
  }

  async #sendAll(): Promise<void> {
    const { signal } = this.#closing
    this.#isSending = true
    while (this.#unsent.size > 0) {
      const paths = [...this.#unsent].slice(0, PATHS_PER_COMMAND)
      // A path that is added again meanwhile may have changed again.
      for (const path of paths) this.#unsent.delete(path)
      try {
        await this.#send(paths)
      } catch {
        // The queue of jobs logs an unreachable database. After the end of this process, a scan finds the change.
        if (signal.aborted) continue
        for (const path of paths) this.#unsent.add(path)
        await sleep(this.#retryAfterMs, undefined, { signal }).catch(() => {})
      }
    }
    this.#isSending = false
  }
}
