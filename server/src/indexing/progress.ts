import type { EventBus, IndexProgress } from '../events.ts'

export interface ProgressMeter {
  /** @param pending number of files that are left */
  add(done: number, failed: number, pending: number): void
  current(): IndexProgress
}

const WINDOW_MS = 10_000
const EMIT_EVERY_MS = 250
/** Work that starts again after a longer pause is counted from zero. */
const REST_MS = 2_000

/** Measures the rate over the last seconds, and emits progress a few times a second at most. */
export function createProgressMeter(
  events: EventBus,
  now: () => number = performance.now.bind(performance),
): ProgressMeter {
  let done = 0
  let failed = 0
  let pending = 0
  let samples: { at: number; finished: number }[] = []
  let endedAt = Number.NEGATIVE_INFINITY
  let emittedAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined

  const current = (): IndexProgress => {
    const first = samples[0]
    const last = samples.at(-1)
    const seconds = first && last ? (last.at - first.at) / 1000 : 0
    const measured = seconds > 0 ? (last!.finished - first!.finished) / seconds : 0
    const ratePerSecond = pending > 0 ? measured : 0
    return {
      done,
      failed,
      pending,
      ratePerSecond,
      etaSeconds: ratePerSecond > 0 ? pending / ratePerSecond : 0,
    }
  }
  const emit = () => {
    clearTimeout(timer)
    timer = undefined
    emittedAt = now()
    events.emit('progress', current())
  }

  return {
    add(newlyDone, newlyFailed, left) {
      if (pending === 0 && left > 0 && now() - endedAt > REST_MS) {
        done = 0
        failed = 0
        samples = []
      }
      done += newlyDone
      failed += newlyFailed
      if (pending > 0 && left === 0) endedAt = now()
      pending = left
      samples.push({ at: now(), finished: done + failed })
      while (samples.length > 2 && samples[0]!.at < now() - WINDOW_MS) samples.shift()
      if (pending === 0 || now() - emittedAt >= EMIT_EVERY_MS) emit()
      else timer ??= setTimeout(emit, EMIT_EVERY_MS).unref()
    },
    current,
  }
}
