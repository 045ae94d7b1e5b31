import { CopiesUnwritable, GalleryUnavailable, type RemoteGallery } from '../gallery/remote/remote-gallery.ts'
import type { Log } from '../log.ts'
import type { IndexingPause } from './storage-monitor.ts'

export interface GalleryMonitorOptions {
  gallery: Pick<RemoteGallery, 'check'>
  /** @throws {Error} while no copies of files can be written */
  probeCopies: () => Promise<void>
  checkEveryMs: number
  log: Pick<Log, 'warn' | 'info'>
}

/**
 * Pauses indexing while the server of the gallery sends no files, or this machine has no space for their copies. Otherwise a worker would
 * take one job after the other in vain.
 */
export class GalleryMonitor implements IndexingPause {
  readonly #options: GalleryMonitorOptions
  readonly #listeners = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined
  #isClosed = false
  problem: { message: string } | undefined

  constructor(options: GalleryMonitorOptions) {
    this.#options = options
  }

  /** A file whose copy can't be written is left to other workers, since their disks may have space for it. */
  report(error: unknown): boolean {
    const isServerAway = error instanceof GalleryUnavailable
    if (!isServerAway && !(error instanceof CopiesUnwritable)) return false
    if (this.problem === undefined && !this.#isClosed) {
      this.problem = { message: error.message }
      this.#options.log.warn(`${error.message} Indexing waits until this is solved.`)
      this.#checkLater()
    }
    return isServerAway
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
      await this.#options.probeCopies()
    } catch {
      if (!this.#isClosed) this.#checkLater()
      return
    }
    if (this.#isClosed) return
    this.problem = undefined
    this.#options.log.info('The files of the server can be read again.')
    for (const listener of this.#listeners) listener()
  }
}
