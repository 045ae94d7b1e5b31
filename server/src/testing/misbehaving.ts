import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { EmbedderClient, EmbedderClientOptions } from '../embedding/process/embedder-client.ts'
import type { EmbedderDefinition } from '../embedding/registry.ts'
import { noise, startHost } from './embedders.ts'
import { pythonWithNumpy } from './python.ts'

const FILE = fileURLToPath(new URL('../embedding/kinds/python/fixtures/misbehaving.py', import.meta.url))
const BATCH = 8

/** The image at which the embedders of misbehaving.py fail. */
export const BLACK = { data: new Uint8Array(64 * 64 * 3), width: 64, height: 64 }
/** With the black image in the second of three batches. */
export const TWENTY = Array.from({ length: 20 }, (_, n) => (n === 13 ? BLACK : noise(n)))

/** Starts an embedder of misbehaving.py, which ends with the test. */
export function startMisbehaving(
  class_name: string,
  definition: Partial<EmbedderDefinition> = {},
  options: Partial<EmbedderClientOptions> = {},
): Promise<EmbedderClient> {
  // With this measurement, nothing is measured, and batches have the size that these tests need.
  const measurement = { dimensions: 48, batchSize: BATCH, imagesPerSecond: 1, millisecondsForOne: 1 }
  const python = pythonWithNumpy()
  return startHost({ file: FILE, class_name, python, ...definition }, { measurement, ...options })
}

/** Checks that one image at which an embedder fails harms no other image. @param batch_timeout_s of the embedder */
export async function expectOthersEmbedded(class_name: string, batch_timeout_s: number): Promise<void> {
  const embedder = await startMisbehaving(class_name, { batch_timeout_s })
  const results = await embedder.embed(TWENTY, 'photo', 'bulk')
  expect(results.map((result) => result instanceof Float32Array)).toEqual(TWENTY.map((_, n) => n !== 13))
  expect(results[13]).toMatchObject({
    code: 'embedder_failed',
    message: expect.stringMatching(new RegExp(`"mine" \\(${class_name} in .*misbehaving\\.py\\)`)),
  })
  // The order is kept: embedding a picture again returns the same vector.
  const [again] = await embedder.embed([noise(17)], 'photo', 'query')
  expect(results[17]).toEqual(again)
}
