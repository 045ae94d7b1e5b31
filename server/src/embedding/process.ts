/** The embedding process: loads one embedder, then answers batches until its input ends. */
import { createWriteStream } from 'node:fs'
import { messageOf } from '../errors.ts'
import { DEFAULT_INPUT_SIZE, DEFAULT_SKETCH_MARGIN, type Embedder } from './embedder.ts'
import { RESPONSE_FILE_DESCRIPTOR, type Request, type Response, readFrames, writeFrame } from './protocol.ts'
import { loadEmbedder } from './registry.ts'

const answers = createWriteStream('', { fd: RESPONSE_FILE_DESCRIPTOR })
const answer = (message: Response, payload?: Uint8Array) => writeFrame(answers, message, payload)
let embedder: Embedder | undefined

// Ctrl+C in a terminal reaches the whole process group; the server ends this process when it is done with it.
process.on('SIGINT', () => {})
answers.on('error', () => process.exit(0))
process.stdin.on('end', () => process.exit(0))
readFrames<Request>(process.stdin, handle, (error) => {
  console.error(messageOf(error))
  process.exit(1)
})

async function handle(request: Request, payload: ArrayBuffer): Promise<void> {
  if (request.type === 'load') return load(request)
  const { id, kind, count, height, width } = request
  try {
    if (embedder === undefined) throw new Error('no embedder has been loaded')
    const data = toUnitRange(new Uint8Array(payload))
    const vectors = await embedder.embed({ data, count, height, width }, kind)
    if (!(vectors instanceof Float32Array)) throw new TypeError('embed() must return a Float32Array')
    answer({ type: 'vectors', id }, new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength))
  } catch (error) {
    answer({ type: 'error', id, message: messageOf(error) })
  }
}

function load({ name, definition }: Extract<Request, { type: 'load' }>): void {
  try {
    embedder = loadEmbedder(name, definition)
    answer({
      type: 'ready',
      dimensions: embedder.dimensions,
      inputSize: embedder.inputSize ?? DEFAULT_INPUT_SIZE,
      sketchMargin: embedder.sketchMargin ?? DEFAULT_SKETCH_MARGIN,
    })
  } catch (error) {
    answer({ type: 'error', message: messageOf(error) })
  }
}

function toUnitRange(pixels: Uint8Array): Float32Array {
  const data = new Float32Array(pixels.length)
  for (let i = 0; i < pixels.length; i++) data[i] = pixels[i]! / 255
  return data
}
