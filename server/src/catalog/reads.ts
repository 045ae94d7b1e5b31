import type { Catalog } from './catalog.ts'

/** Reads for people: replicas may answer them, which follow the primary after a moment. */
export interface Reads {
  /** Reads from a replica where `READ_FROM` allows it and one is usable, otherwise from the primary. */
  readonly catalog: Catalog
  /** Makes every read in `work` see all writes up to a position; without one, data may be some seconds old. */
  at<T>(position: string | undefined, work: () => T): T
  /** Returns the position of everything written so far; undefined if reads are never behind. */
  position(): Promise<string | undefined>
  /** Waits until all replicas have everything written so far. */
  waitForReplicas(): Promise<void>
}

/** Reads from the catalog itself, for databases without replicas. */
export function directReads(catalog: Catalog): Reads {
  return {
    catalog,
    at: (_, work) => work(),
    position: async () => undefined,
    async waitForReplicas() {},
  }
}
