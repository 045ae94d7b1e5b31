import type { EmbedderDefinition } from './registry.ts'

/** Device for inference. `auto`: a GPU if one can be used. */
export type Device = EmbedderDefinition['device']

/** Settings for loading an embedder, besides its arguments. */
export interface LoadContext {
  /** Folder for files that are derived from the model; the same at the next start. */
  cacheDirectory: string
  device: Device
  /** Threads for one inference, if they were measured before. */
  threads: number | undefined
  /** The same as long as the definition and the files of weights that it names are the same. */
  fingerprint: string
  /** Logs a message. */
  log(message: string): void
  /** Logs what makes the model slower or less able than its definition asks for. */
  warn(message: string): void
  /** Reports progress of loading; `share` is 0…1 if it is known. */
  progress(message: string, share?: number): void
}
