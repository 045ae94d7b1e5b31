import { GalleryUnavailable, type RemoteGallery } from '../gallery/remote/remote-gallery.ts'
import type { Log } from '../log.ts'
import type { IndexingPause } from './storage-monitor.ts'

export interface GalleryMonitorOptions {
  gallery: Pick<RemoteGallery, 'check'>
  checkEveryMs: number
  log: Pick<Log, 'warn' | 'info'>
}

/** Pauses indexing while the server of the gallery sends no files. Otherwise a worker would take one job after the other in vain. */
export class GalleryMonitor implements IndexingPause {
  readonly #options: GalleryMonitorOptions
  readonly #listeners = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined
  #isClosed = false
  problem: { message: string } | undefined

  constructor(options: GalleryMonitorOptions) {
    this.#options = options
  }

  report(error: unknown): boolean {
    if (!(error instanceof GalleryUnavailable)) return false
    if (this.problem === undefined && !this.#isClosed) {
      this.problem = { message: error.message }
      this.#options.log.warn(`${error.message} Indexing waits for it.`)
      this.#checkLater()
    }
    return true
  }

  onResumed(listener: () => void): void {
    this.#listeners.add(listener)
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  #checkLater(): void {
    this.#timer = setTimeout(() => void this.#check(), this.#options.checkEveryMs)
  }

  async #check(): Promise<void> {
    try {
      await this.#options.gallery.check()
    } catch {
      if (!this.#isClosed) this.#checkLater()
      return
    }
    if (this.#isClosed) return
    this.problem = undefined
    this.#options.log.info('The server of the gallery sends files again.')
    for (const listener of this.#listeners) listener()
  }
}
