import { mayPass, relistDelayMs } from './plan/relisting.ts'

/** A folder to list again, with all below it unless that is known. */
export interface FailedListing {
  directory: string
  isTree: boolean
}

/** Folders that could not be listed for a reason that may pass. No event reports that it has. */
export class FailedListings {
  readonly #onDue: () => void
  readonly #minMs: number
  readonly #failed = new Map<string, { failures: number; isTree: boolean; timer: NodeJS.Timeout }>()
  readonly #due = new Set<string>()

  /** @param minMs pause before a folder is listed again; it doubles with each further failure */
  constructor(onDue: () => void, minMs: number) {
    this.#onDue = onDue
    this.#minMs = minMs
  }

  /** @param isTree whether the folders below were to be listed, too */
  add(directory: string, error: unknown, isTree: boolean): void {
    if (mayPass(error)) this.#listLater(directory, isTree || this.#isTree(directory))
  }

  /**
   * A folder could be listed.
   * @param isTree whether the folders below are listed, too
   * @param error of an entry that could not be examined
   */
  listed(directory: string, isTree: boolean, error: unknown): void {
    const isTreeOwed = this.#isTree(directory) && !isTree
    if (error !== undefined && mayPass(error)) this.#listLater(directory, isTreeOwed)
    else if (!isTreeOwed) this.settle(directory)
  }

  /** Nothing is owed any more. */
  settle(directory: string): void {
    clearTimeout(this.#failed.get(directory)?.timer)
    this.#failed.delete(directory)
    this.#due.delete(directory)
  }

  #isTree(directory: string): boolean {
    return this.#failed.get(directory)?.isTree ?? false
  }

  #listLater(directory: string, isTree: boolean): void {
    const earlier = this.#failed.get(directory)
    clearTimeout(earlier?.timer)
    const failures = (earlier?.failures ?? 0) + 1
    const timer = setTimeout(
      () => {
        this.#due.add(directory)
        this.#onDue()
      },
      relistDelayMs(failures, this.#minMs),
    ).unref()
    this.#failed.set(directory, { failures, isTree, timer })
  }

  /** Returns the folders whose pause has passed. */
  due(): FailedListing[] {
    const due = [...this.#due].map((directory) => ({
      directory,
      isTree: this.#isTree(directory),
    }))
    this.#due.clear()
    return due
  }
}
