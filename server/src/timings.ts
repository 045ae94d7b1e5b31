/** Waiting times in milliseconds. Tests shorten them. */
export interface Timings {
  /** A file that changed more recently may still be written to. */
  settleMs: number
  /** The same for a file that can't be decoded, of which perhaps only the beginning has been written. */
  brokenSettleMs: number
  /** A job of the queue that several processes share ends if its file is written to for longer than this; the file is queued again. */
  unsettledMs: number
  /** Nothing waits longer for a file that is written to again and again, such as the picture of a webcam. */
  growingMs: number
  /** Changes of the folder that come within this time are applied together. */
  debounceMs: number
  /** A file that has vanished may reappear elsewhere within this time: it has been moved. */
  missingGraceMs: number
  /** Pause between two listings of a folder that only bring the account of its files up to date. */
  accountMs: number
  /** Interval in which the gallery folder itself is checked. */
  rootCheckMs: number
  /** Pause before a failed scan is repeated; twice as long each time. */
  rescanMs: number
  /** A command that ends when everything is indexed waits for this long until a full disk has space again. */
  storageWaitMs: number
  /** Interval in which an upgrade is checked for whether the former embedder is still needed. */
  formerCheckMs: number
  /** It is reported if no process watches a shared gallery for this long. */
  unwatchedMs: number
}

export const TIMINGS: Timings = {
  settleMs: 400,
  brokenSettleMs: 2_000,
  unsettledMs: 3_000,
  growingMs: 60_000,
  debounceMs: 150,
  missingGraceMs: 800,
  accountMs: 5_000,
  rootCheckMs: 3_000,
  rescanMs: 5_000,
  storageWaitMs: 10_000,
  formerCheckMs: 10_000,
  unwatchedMs: 60_000,
}
