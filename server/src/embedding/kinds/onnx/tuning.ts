import { availableParallelism } from 'node:os'
import type { LoadContext } from '../../load-context.ts'

const WARM_UP_RUNS = 1
const MEASURED_RUNS = 2
/** Minimum gain for which more threads are used; otherwise they are left to image decoding. */
const WORTHWHILE = 0.92

/** A model that computes with a number of threads that was chosen when it was opened. */
export interface Threaded {
  threads: number
  close(): Promise<unknown>
}

/**
 * Leaves a model with the number of threads that was measured before or, at first use, with what serves it best here: twice
 * as many as before are taken as long as that is clearly faster.
 * @param first opened with the threads that are remembered, else with one
 * @param trial one run
 */
export async function tuneThreads<Model extends Threaded>(
  first: Model,
  open: (threads: number) => Promise<Model>,
  trial: (model: Model) => Promise<unknown>,
  { threads: remembered, progress }: Pick<LoadContext, 'threads' | 'progress'>,
): Promise<Model> {
  if (remembered !== undefined) return first
  progress('choosing the number of threads')
  const most = availableParallelism()
  let best = first
  let bestMs = await measure(best, trial)
  while (best.threads < most) {
    // Two copies of a large model may be more than the memory holds: then the first is kept.
    const candidate = await open(Math.min(most, best.threads * 2)).catch(() => undefined)
    if (candidate === undefined) break
    const ms = await measure(candidate, trial)
    if (ms > bestMs * WORTHWHILE) {
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
