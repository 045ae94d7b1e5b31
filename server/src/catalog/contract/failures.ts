import type { Page } from './page.ts'

interface Failure {
  path: string
  code: string
  reason: string
  failedAt: number
}

export interface FailureRecord extends Failure {
  bytes: number
  modifiedAt: number
  changedAt?: number | undefined
  inode: string
  contentHash: string | undefined
}

/** Files that can't be indexed. */
export interface FailureStore {
  /** Failures of files and of the active embedder, ordered by path. */
  list(page: Page): Promise<{ failures: Failure[]; total: number }>
  /**
   * Records a failure instead of the image at its path, unless only the embedder fails on it. The next image at this path has the same id.
   * @returns the content hash of the image that this failure replaces, if any
   */
  put(record: FailureRecord): Promise<string | undefined>
  /** Makes the next scan index all these files again. @returns their number */
  clear(): Promise<number>
}
