import { availableParallelism } from 'node:os'
import type { LoadContext } from '../../load-context.ts'

const WARM_UP_RUNS = 1
const MEASURED_RUNS = 2
/** More threads are used only if a run then takes at most this share of the time; otherwise they are left to image decoding. */
const MAX_TIME_RATIO = 0.92

/** A model that computes with a number of threads that was chosen when it was opened. */
export interface Threaded {
  threads: number
  close(): Promise<unknown>
}

/**
 * Returns a model with the stored number of threads or, at first use, with the fastest number: it is doubled as long as that is
 * clearly faster.
 * @param first opened with the stored number of threads, else with one
 * @param trial runs the model once
 */
export async function tuneThreads<Model extends Threaded>(
  first: Model,
  open: (threads: number) => Promise<Model>,
  trial: (model: Model) => Promise<unknown>,
  { threads: stored, progress }: Pick<LoadContext, 'threads' | 'progress'>,
): Promise<Model> {
  if (stored !== undefined) return first
  progress('choosing the number of threads')
  const most = availableParallelism()
  let best = first
  let bestMs = await measure(best, trial)
  while (best.threads < most) {
    // Two copies of a large model may not fit into memory; then the first one is kept.
    const candidate = await open(Math.min(most, best.threads * 2)).catch(() => undefined)
    if (candidate === undefined) break
    const ms = await measure(candidate, trial)
    if (ms > bestMs * MAX_TIME_RATIO) {
      await candidate.close()
      break
    }
    await best.close()
    best = candidate
    bestMs = ms
  }
  return best
}

async function measure<Model>(model: Model, trial: (model: Model) => Promise<unknown>): Promise<number> {
  for (let i = 0; i < WARM_UP_RUNS; i++) await trial(model)
  let fastest = Number.POSITIVE_INFINITY
  for (let i = 0; i < MEASURED_RUNS; i++) {
    const start = performance.now()
    await trial(model)
    fastest = Math.min(fastest, performance.now() - start)
  }
  return fastest
}
