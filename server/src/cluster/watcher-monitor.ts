import type { Log } from '../log.ts'

/** Reports once that no process watches the gallery, and once that one does again. */
export class WatcherMonitor {
  readonly #unwatchedMs: number
  readonly #log: Log
  /** In the time of `performance.now()`; undefined while a process watches. */
  #unwatchedSince: number | undefined
  isMissing = false

  /** @param options.unwatchedMs time without a watching process after which this is reported */
  constructor({ unwatchedMs, log }: { unwatchedMs: number; log: Log }) {
    this.#unwatchedMs = unwatchedMs
    this.#log = log
  }

  /** @param watcher the process that watches; not called while this is unknown */
  look(watcher: string | undefined): void {
    if (watcher !== undefined) {
      if (this.isMissing) this.#log.info(`The gallery is watched again, by ${watcher}.`)
      this.#unwatchedSince = undefined
      this.isMissing = false
      return
    }
    this.#unwatchedSince ??= performance.now()
    if (this.isMissing || performance.now() - this.#unwatchedSince < this.#unwatchedMs) return
    this.isMissing = true
    this.#log.warn(
      'No process watches the gallery: new and changed files are not noticed. Start a worker that has the folder, or a server without --no-index.',
    )
  }
}
