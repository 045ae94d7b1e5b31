import type { Measurement } from '../measurements.ts'
import type { EmbeddingProcess } from './child.ts'
import { probeImage } from './probe.ts'
import type { HostOptions } from './supervisor.ts'

const LARGEST_BATCH = 64
const FEWEST_RUNS = 3
const MOST_RUNS = 30
const ENOUGH_MS = 60
/** A query waits for the batch that is under way: it should not take much longer than the query itself. */
const BATCH_OF_ONES = 2
const UNNOTICED_MS = 25
/** A larger batch has to be faster by so much for each image. */
const WORTHWHILE = 0.95
/** Nobody wants to wait for a measurement. */
const LONGEST_RUN_MS = 1500

/**
 * Finds out how many images are best embedded together: as many as make it faster, as long as a query that comes meanwhile
 * hardly notices.
 */
export async function calibrate(
  process: Pick<EmbeddingProcess, 'embed' | 'inputSize' | 'dimensions' | 'threads'>,
  onProgress: HostOptions['onProgress'],
): Promise<Measurement> {
  onProgress?.('measuring how fast it is', undefined)
  const image = probeImage(process.inputSize)
  const millisecondsForOne = await timeOf(1)
  const longest = Math.max(UNNOTICED_MS, millisecondsForOne * BATCH_OF_ONES)
  let best = { size: 1, ms: millisecondsForOne }
  for (let size = 2; size <= LARGEST_BATCH && best.ms < LONGEST_RUN_MS; size *= 2) {
    const ms = await timeOf(size).catch(() => Number.POSITIVE_INFINITY)
    if (ms > longest) break
    if (ms / size < (best.ms / best.size) * WORTHWHILE) best = { size, ms }
  }
  return {
    dimensions: process.dimensions,
    threads: process.threads,
    batchSize: best.size,
    imagesPerSecond: (1000 * best.size) / best.ms,
    millisecondsForOne,
  }

  /** The fastest of a few runs; of short ones more are made, which are easily disturbed. */
  async function timeOf(size: number): Promise<number> {
    let fastest = Number.POSITIVE_INFINITY
    let total = 0
    for (let run = 0; run < MOST_RUNS && (run < FEWEST_RUNS || total < ENOUGH_MS); run++) {
      const start = performance.now()
      await process.embed(Array(size).fill(image), 'photo')
      const ms = performance.now() - start
      fastest = Math.min(fastest, ms)
      total += ms
      if (total > LONGEST_RUN_MS) break
    }
    return fastest
  }
}
