/** Prints the time of a model that is called directly, in milliseconds for each image. Receives `BareModel` as JSON. */

import type { LoadContext } from '../server/src/embedding/load-context.ts'
import { loadEmbedder } from '../server/src/embedding/load-embedder.ts'
import { probeImage } from '../server/src/embedding/process/probe.ts'
import type { EmbedderDefinition } from '../server/src/embedding/registry.ts'
import { timeOf } from './support.ts'

export interface BareModel {
  name: string
  definition: EmbedderDefinition
  context: Pick<LoadContext, 'cacheDirectory' | 'device' | 'threads' | 'fingerprint'>
  batchSize: number
  inputSize: { width: number; height: number }
}

const { name, definition, context, batchSize, inputSize } = JSON.parse(process.argv[2]!) as BareModel
const model = await loadEmbedder(name, definition, {
  ...context,
  log: () => {},
  warn: () => {},
  progress: () => {},
})
const one = Float32Array.from(probeImage(inputSize), (value) => value / 255)
const data = new Float32Array(one.length * batchSize)
for (let n = 0; n < batchSize; n++) data.set(one, n * one.length)
const run = async () => model.embed({ data, count: batchSize, ...inputSize }, 'photo')
// The first round warms up the JavaScript compiler.
await timeOf(run, batchSize)
console.log(await timeOf(run, batchSize))
await model.close?.()
