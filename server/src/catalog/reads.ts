import type { Catalog } from './catalog.ts'

/** Where people are shown things from: standby servers follow the primary after a moment. */
export interface Reads {
  /** What is shown to people is read from a standby, or from the primary if none will do; all else goes to the primary. */
  readonly catalog: Catalog
  /** Has every read in `work` see what was written up to a position; undefined: what is there some seconds later at the most. */
  at<T>(position: string | undefined, work: () => T): T
  /** The position of all that has been written so far; undefined where everything can be read at once. */
  position(): Promise<string | undefined>
  /** Waits until all that has been written can be read everywhere. */
  waitForReplicas(): Promise<void>
}

/** All that is written can be read at once. */
export function directReads(catalog: Catalog): Reads {
  return {
    catalog,
    at: (_, work) => work(),
    position: async () => undefined,
    async waitForReplicas() {},
  }
}
