import type { EmbedderDefinition } from './registry.ts'

/** Where a model computes. `auto`: on a GPU if there is one that can be used. */
export type Device = EmbedderDefinition['device']

/** What whoever loads an embedder gets beside its arguments. */
export interface LoadContext {
  /** Where files that are derived from the model may be kept; the same at the next start. */
  cacheDirectory: string
  device: Device
  /** Threads for one inference, if that was measured before. */
  threads: number | undefined
  /** The same as long as the definition and the files of weights that it names are the same. */
  fingerprint: string
  /** Tells the log something that a person may want to know. */
  say(message: string): void
  /** Shows that loading goes on; `share` from 0 to 1 if it is known. */
  progress(message: string, share?: number): void
}
