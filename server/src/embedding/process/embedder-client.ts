import { DomainError } from '../../errors.ts'
import type { RgbImage } from '../../gallery/resample.ts'
import type { ImageKind, QueryExpansion } from '../embedder.ts'
import type { Measurement } from '../measurements.ts'
import type { LoadSettings } from './protocol.ts'

/** Queries are embedded before bulk work, so that a search does not wait for indexing. */
export type Priority = 'query' | 'bulk'

/** A vector of unit length, or why there is none. */
export type Embedding = Float32Array | DomainError

/** An embedder in its own process. If it blocks, crashes or hangs, the server only waits longer. */
export interface EmbedderClient {
  readonly name: string
  readonly dimensions: number
  /** Id of the running process; undefined while none works. */
  readonly processId: number | undefined
  /** Maximum time to load, in seconds. */
  readonly startTimeoutS: number
  /** Free border around the ink of a prepared sketch, as a share of its side. */
  readonly sketchMargin: number
  /** How sketches are expanded, if they are. */
  readonly sketchExpansion: QueryExpansion | undefined
  readonly inputSize: { width: number; height: number }
  /** Its speed on this machine, and the batch size and threads that suit it best. */
  readonly measurement: Measurement
  /** Whether `embedText` can be called. */
  readonly embedsText: boolean
  /**
   * Embeds pictures of any size; each is resized to `inputSize`. If the embedder fails on an image, the error takes the place
   * of its vector, and the others are not affected.
   * @throws {DomainError} `unavailable` if the embedder itself does not work or is being closed
   */
  embed(images: readonly RgbImage[], kind: ImageKind, priority: Priority): Promise<Embedding[]>
  /**
   * Embeds texts into the space of the images, as a query.
   * @throws {DomainError} `not_supported` if the model has no text encoder; `unavailable` as for `embed`
   */
  embedText(texts: readonly string[]): Promise<Embedding[]>
  /** Size of the grid of `embedPlaces`; undefined if the model has no feature map. */
  readonly places: { width: number; height: number } | undefined
  /**
   * Embeds the places of images, as a query: see `Embedder.embedPlaces`.
   * @returns `[places.height, places.width, dimensions]` of each image
   * @throws {DomainError} `not_supported` without `places`; `unavailable` as for `embed`
   */
  embedPlaces(images: readonly RgbImage[]): Promise<Embedding[]>
  /**
   * Announces a query whose picture is being prepared: for a moment, no bulk work begins that it would have to wait for.
   * @returns a function to call when `embed` has been called, or will not be
   */
  announceQuery(): () => void
  close(): Promise<void>
}

export interface EmbedderClientOptions {
  /** Receives every line that the embedder prints. */
  onOutput: (line: string) => void
  /** Reports progress of loading; `share` is 0…1 if it is known. */
  onProgress?: ((message: string, share: number | undefined) => void) | undefined
  /** Receives what makes the embedder slower or less able than its definition asks for, with its name. */
  onWarning?: ((message: string) => void) | undefined
  onRestart?: (reason: string) => void
  /** Called with the reason when it fails for any picture, and with undefined when it works again. */
  onHealth?: (reason: string | undefined) => void
  loadSettings?: Partial<LoadSettings>
  /** False if it embeds no queries, so that none has to wait for a large batch. */
  searches?: boolean | undefined
  /** From an earlier run; measured now if it is absent. */
  measurement?: Measurement | undefined
  /** Returns whether its code and weights are the same as when it was first started. */
  isUnchanged?: () => Promise<boolean>
}

/** Added to the time that a start may take. */
const START_MARGIN_S = 60
const CHECK_EVERY_MS = 1000

/**
 * Waits for work of an embedder while the embedder works or is being started.
 * @throws {DomainError} `embedder_unavailable` if it has not worked for longer than a start of it may take
 */
export async function failIfEmbedderIsDown<T>(
  embedder: Pick<EmbedderClient, 'name' | 'processId' | 'startTimeoutS'>,
  work: Promise<T>,
  timeoutS = embedder.startTimeoutS + START_MARGIN_S,
): Promise<T> {
  let workedAt = performance.now()
  let timer: NodeJS.Timeout | undefined
  const ended = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      if (embedder.processId !== undefined) workedAt = performance.now()
      if (performance.now() - workedAt <= timeoutS * 1000) return
      const message = `The embedder "${embedder.name}" does not work at present. See the log.`
      reject(new DomainError('embedder_unavailable', message))
    }, CHECK_EVERY_MS)
  })
  return Promise.race([work, ended]).finally(() => clearInterval(timer))
}
