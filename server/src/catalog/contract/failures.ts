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
  /** @returns the content hash of the image that this failure replaces, if any */
  put(record: FailureRecord): Promise<string | undefined>
  /** Deletes all failures. @returns their number */
  clear(): Promise<number>
}
