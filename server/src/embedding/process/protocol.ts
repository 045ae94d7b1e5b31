import type { Readable, Writable } from 'node:stream'
import type { ImageKind, QueryExpansion } from '../embedder.ts'
import type { LoadContext } from '../load-context.ts'
import type { EmbedderDefinition } from '../registry.ts'

/**
 * Messages between a server and an embedding process. A frame is
 *   u32 length of the JSON · u32 length of the payload · JSON (UTF-8) · payload (raw bytes), little-endian.
 * Requests go to the standard input of the process, responses come from its file descriptor 3, so that text that a model
 * prints to standard output can't disturb them.
 */
export type Request =
  | ({ type: 'load'; name: string; definition: EmbedderDefinition } & LoadSettings)
  /** Payload: 8-bit RGB pixels `[count, height, width, 3]`. */
  | { type: 'embed'; id: number; kind: ImageKind; count: number; height: number; width: number }
  /** As `embed`, only to an embedder that is ready with `places`. */
  | { type: 'embed_places'; id: number; count: number; height: number; width: number }
  /** Only to an embedder that is ready with `embedsText`. */
  | { type: 'embed_text'; id: number; texts: string[] }

/** Settings of the server for loading an embedder. */
export type LoadSettings = Pick<LoadContext, 'cacheDirectory' | 'threads' | 'fingerprint'>

export type Response =
  /** Progress of loading; `share` is 0…1. */
  | { type: 'progress'; message: string; share?: number | undefined }
  | { type: 'warning'; message: string }
  | {
      type: 'ready'
      dimensions: number
      inputSize: { width: number; height: number }
      sketchMargin?: number | undefined
      sketchExpansion?: QueryExpansion | undefined
      threads?: number | undefined
      embedsText?: boolean | undefined
      places?: { width: number; height: number } | undefined
    }
  /** Payload: float32 `[count, dimensions]`, or `[count, places.height, places.width, dimensions]`. */
  | { type: 'vectors'; id: number }
  /** Without an id: the embedder could not be loaded. */
  | { type: 'error'; id?: number | null; message: string }

export const RESPONSE_FILE_DESCRIPTOR = 3
const HEADER_BYTES = 8
const MAX_FRAME_BYTES = 1 << 30

export function writeFrame(stream: Writable, message: Request | Response, payload?: Uint8Array): void {
  const json = Buffer.from(JSON.stringify(message))
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32LE(json.length, 0)
  header.writeUInt32LE(payload?.byteLength ?? 0, 4)
  stream.cork()
  stream.write(header)
  stream.write(json)
  if (payload !== undefined && payload.byteLength > 0) stream.write(payload)
  stream.uncork()
}

/**
 * Calls `onFrame` for every frame of a stream. The payload is a copy that starts at an aligned address, so a typed
 * array of any kind can be laid over it.
 */
export function readFrames<M extends Request | Response>(
  stream: Readable,
  onFrame: (message: M, payload: ArrayBuffer) => void,
  onGarbage: (error: Error) => void,
): void {
  let chunks: Buffer[] = []
  let buffered = 0
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    buffered += chunk.length
    try {
      while (takeFrame()) {}
    } catch (error) {
      stream.removeAllListeners('data')
      onGarbage(new Error('the stream of frames is broken', { cause: error }))
    }
  })

  function takeFrame(): boolean {
    if (buffered < HEADER_BYTES) return false
    if (chunks[0]!.length < HEADER_BYTES) chunks = [Buffer.concat(chunks)]
    const jsonBytes = chunks[0]!.readUInt32LE(0)
    const payloadBytes = chunks[0]!.readUInt32LE(4)
    const frameBytes = HEADER_BYTES + jsonBytes + payloadBytes
    if (frameBytes > MAX_FRAME_BYTES) throw new RangeError(`a frame of ${frameBytes} bytes`)
    if (buffered < frameBytes) return false
    const all = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
    const json = all.toString('utf8', HEADER_BYTES, HEADER_BYTES + jsonBytes)
    const payload = new ArrayBuffer(payloadBytes)
    new Uint8Array(payload).set(all.subarray(HEADER_BYTES + jsonBytes, frameBytes))
    const rest = all.subarray(frameBytes)
    chunks = rest.length > 0 ? [rest] : []
    buffered = rest.length
    onFrame(JSON.parse(json), payload)
    return true
  }
}
