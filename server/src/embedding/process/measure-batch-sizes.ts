import { messageOf } from '../../errors.ts'
import type { ImageKind } from '../embedder.ts'
import type { Measurement } from '../measurements.ts'
import { normaliseVectors } from '../vectors.ts'
import type { EmbeddingProcess } from './child.ts'
import type { EmbedderClientOptions } from './embedder-client.ts'
import { probeImage } from './probe.ts'

const MAX_BATCH = 64
const MIN_RUNS = 3
const MAX_RUNS = 30
const MIN_TOTAL_MS = 60
/** A query may have to wait for a batch, which should not take much longer than the query itself. */
const MAX_SLOWDOWN = 2
const MIN_BATCH_LIMIT_MS = 25
/** A larger batch is chosen only if it takes at most this share of the time for each image. */
const MAX_TIME_RATIO = 0.95
/** Maximum time for measuring one batch size. */
const MAX_RUN_MS = 1500

/** Sketches have batches of their own if one takes at most this share of the time of a photo: they have a network of their own. */
const MAX_SKETCH_SHARE = 0.7

type Measured = Pick<EmbeddingProcess, 'embed' | 'inputSize' | 'dimensions' | 'threads'>

/**
 * Measures how many images are best embedded together: larger batches are faster, but a query has to wait for the batch that is
 * in progress.
 * @param searches false if no query will have to wait
 * @param onWarning receives what the embedder can't do
 * @throws {Error} if it fails on one image
 */
export async function measureBatchSizes(
  child: Measured,
  {
    searches = true,
    onProgress,
    onWarning,
  }: Pick<EmbedderClientOptions, 'searches' | 'onProgress' | 'onWarning'>,
): Promise<Measurement> {
  onProgress?.('measuring the time per image', undefined)
  const oneMs = await timeOf(child, 'photo', 1)
  const limitOf = (ms: number) => (searches ? Math.max(MIN_BATCH_LIMIT_MS, ms * MAX_SLOWDOWN) : MAX_RUN_MS)
  const best = await bestBatch(child, 'photo', oneMs, limitOf(oneMs), onWarning)
  const oneSketchMs = await timeOf(child, 'sketch', 1).catch(() => Number.POSITIVE_INFINITY)
  const sketches =
    oneSketchMs > oneMs * MAX_SKETCH_SHARE
      ? undefined
      : await bestBatch(child, 'sketch', oneSketchMs, limitOf(oneSketchMs))
  return {
    dimensions: child.dimensions,
    threads: child.threads,
    batchSize: best.size,
    sketchBatchSize: sketches?.size,
    imagesPerSecond: (1000 * best.size) / best.ms,
    millisecondsForOne: oneMs,
  }
}

async function bestBatch(
  child: Measured,
  kind: ImageKind,
  oneMs: number,
  longestMs: number,
  onWarning: (message: string) => void = () => {},
): Promise<{ size: number; ms: number }> {
  let best = { size: 1, ms: oneMs }
  for (let size = 2; size <= MAX_BATCH && best.ms < MAX_RUN_MS; size *= 2) {
    const ms = await timeOf(child, kind, size).catch((error) => messageOf(error))
    if (typeof ms === 'string')
      onWarning(`it fails for batches of ${size} images (${ms}): ${remedyOf(size / 2)}`)
    if (typeof ms === 'string' || ms > longestMs) break
    if (ms / size < (best.ms / best.size) * MAX_TIME_RATIO) best = { size, ms }
  }
  return best
}

function remedyOf(size: number): string {
  return size === 1
    ? 'images are embedded one at a time, which is slow.'
    : `at most ${size} images are embedded together.`
}

/** Returns the fastest of a few runs. Short runs are repeated more often, because they are easily disturbed. */
async function timeOf(child: Measured, kind: ImageKind, size: number): Promise<number> {
  const images = Array<Uint8Array>(size).fill(probeImage(child.inputSize))
  let fastest = Number.POSITIVE_INFINITY
  let total = 0
  for (let run = 0; run < MAX_RUNS && (run < MIN_RUNS || total < MIN_TOTAL_MS); run++) {
    const start = performance.now()
    const vectors = await child.embed(images, kind)
    const ms = performance.now() - start
    const outcome = normaliseVectors(vectors, size, child.dimensions)
    if (typeof outcome === 'string') throw new Error(outcome)
    fastest = Math.min(fastest, ms)
    total += ms
    if (total > MAX_RUN_MS) break
  }
  return fastest
}
