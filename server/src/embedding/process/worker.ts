/** The embedding process: loads one embedder, then embeds batches until its input ends. */
import { createWriteStream } from 'node:fs'
import pTimeout from 'p-timeout'
import { messageOf } from '../../errors.ts'
import { DEFAULT_INPUT_SIZE, type Embedder } from '../embedder.ts'
import { loadEmbedder } from '../load-embedder.ts'
import { RESPONSE_FILE_DESCRIPTOR, type Request, type Response, readFrames, writeFrame } from './protocol.ts'

const responses = createWriteStream('', { fd: RESPONSE_FILE_DESCRIPTOR })
const respond = (message: Response, payload?: Uint8Array) => writeFrame(responses, message, payload)
let embedder: Embedder | undefined
/** Each file of a model has the same ones. */
const warned = new Set<string>()
/** The server waits a little longer than this. */
const CLOSE_MS = 1000

// Ctrl+C in a terminal reaches the whole process group; the server ends this process itself.
process.on('SIGINT', () => {})
responses.on('error', () => process.exit(0))
process.stdin.on('end', async () => {
  await pTimeout(Promise.resolve(embedder?.close?.()), { milliseconds: CLOSE_MS, message: false })
  process.exit(0)
})
readFrames<Request>(process.stdin, handle, (error) => {
  console.error(messageOf(error))
  process.exit(1)
})

async function handle(request: Request, payload: ArrayBuffer): Promise<void> {
  if (request.type === 'load') return load(request)
  const { id } = request
  try {
    const vectors = await vectorsOf(request, payload)
    respond({ type: 'vectors', id }, new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength))
  } catch (error) {
    respond({ type: 'error', id, message: messageOf(error) })
  }
}

async function vectorsOf(
  request: Exclude<Request, { type: 'load' }>,
  payload: ArrayBuffer,
): Promise<Float32Array> {
  if (embedder === undefined) throw new Error('no embedder has been loaded')
  if (request.type === 'embed_text') {
    if (embedder.embedText === undefined) throw new Error('the embedder has no method embedText(texts)')
    return embedder.embedText(request.texts)
  }
  const { count, height, width } = request
  const images = { data: toUnitRange(new Uint8Array(payload)), count, height, width }
  if (request.type === 'embed') return embedder.embed(images, request.kind)
  if (embedder.embedPlaces === undefined) throw new Error('the embedder has no method embedPlaces(images)')
  return embedder.embedPlaces(images)
}

async function load({ name, definition, ...given }: Extract<Request, { type: 'load' }>): Promise<void> {
  try {
    embedder = await loadEmbedder(name, definition, {
      ...given,
      device: definition.device,
      log: console.log,
      warn(message) {
        if (!warned.has(message)) respond({ type: 'warning', message })
        warned.add(message)
      },
      progress: (message, share) => respond({ type: 'progress', message, share }),
    })
    respond({
      type: 'ready',
      dimensions: embedder.dimensions,
      inputSize: embedder.inputSize ?? DEFAULT_INPUT_SIZE,
      sketchMargin: embedder.sketchMargin,
      sketchExpansion: embedder.sketchExpansion,
      threads: embedder.threads,
      embedsText: embedder.embedText !== undefined,
      places: embedder.embedPlaces && embedder.places,
    })
  } catch (error) {
    respond({ type: 'error', message: messageOf(error) })
  }
}

function toUnitRange(pixels: Uint8Array): Float32Array {
  const data = new Float32Array(pixels.length)
  for (let i = 0; i < pixels.length; i++) data[i] = pixels[i]! / 255
  return data
}
