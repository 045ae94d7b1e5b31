import { afterEach, expect, it, vi } from 'vitest'
import { measureBatchSizes } from './measure-batch-sizes.ts'

afterEach(() => void vi.restoreAllMocks())

/** A model that takes 20 ms for a batch and 1 ms for each of its images, by a clock of its own. */
function modelWithOverhead(maxRows = Number.POSITIVE_INFINITY) {
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  return {
    inputSize: { width: 8, height: 8 },
    dimensions: 1,
    threads: undefined,
    async embed(images: readonly unknown[]) {
      now += 20 + images.length
      return new Float32Array(Math.min(images.length, maxRows)).fill(1)
    },
  }
}

it.each([
  [true, 16],
  [false, 64],
])(
  'a batch is as large as is fastest; where queries wait (%s), at most twice as long as one image',
  async (searches, size) => {
    const child = modelWithOverhead() as unknown as Parameters<typeof measureBatchSizes>[0]
    expect(await measureBatchSizes(child, { searches })).toMatchObject({
      batchSize: size,
      millisecondsForOne: 21,
    })
  },
)

it('uses no batch for which the model returns too few vectors, and reports it', async () => {
  const onWarning = vi.fn()
  const child = modelWithOverhead(4) as unknown as Parameters<typeof measureBatchSizes>[0]
  expect(await measureBatchSizes(child, { searches: false, onWarning })).toMatchObject({ batchSize: 4 })
  expect(onWarning.mock.calls).toEqual([
    [
      'it fails for batches of 8 images (it returned 4 numbers for 8 images, where the vector of an image has 1 dimension): at most 4 images are embedded together.',
    ],
  ])
})
