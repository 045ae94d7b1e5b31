/**
 * Prints the milliseconds of one sketch, and the most sketches per second of all sizes of a batch, of a built-in model that is called
 * directly, as JSON. Gets its name.
 */
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { loadConfig } from '../server/src/config/load.ts'
import { definitionOf } from '../server/src/embedding/definition-of.ts'
import { DEFAULT_INPUT_SIZE } from '../server/src/embedding/embedder.ts'
import { loadEmbedder } from '../server/src/embedding/load-embedder.ts'
import { drawSketches } from './queries.ts'
import { timeOf } from './support.ts'

const BATCHES = [1, 2, 4, 8, 16, 32]

const [name] = parseArgs({ allowPositionals: true }).positionals as [string]
const { embedder_registry: registry } = loadConfig({ environment: {}, flags: [], workingDirectory: '.' })
const model = await loadEmbedder(name, definitionOf(name, registry), {
  cacheDirectory: '.',
  device: 'cpu',
  threads: undefined,
  fingerprint: '',
  log: () => {},
  warn: () => {},
  progress: () => {},
})
const { width, height } = model.inputSize ?? DEFAULT_INPUT_SIZE
const sketches = await Promise.all((await drawSketches(BATCHES.at(-1)!)).map(pixelsOf))

const times: number[] = []
for (const size of BATCHES) {
  const data = new Float32Array(size * width * height * 3)
  for (let n = 0; n < size; n++) data.set(sketches[n]!, n * sketches[n]!.length)
  // The model may change what it is given.
  const run = async () => model.embed({ data: data.slice(), count: size, width, height }, 'sketch')
  // The first round is for the compiler of JavaScript.
  if (size === 1) await timeOf(run, size)
  times.push(await timeOf(run, size))
}
console.log(JSON.stringify({ singleMs: times[0], perSecond: 1000 / Math.min(...times) }))
await model.close?.()

async function pixelsOf(sketch: Buffer): Promise<Float32Array> {
  const pixels = await sharp(sketch).resize(width, height).removeAlpha().raw().toBuffer()
  return Float32Array.from(pixels, (value) => value / 255)
}
