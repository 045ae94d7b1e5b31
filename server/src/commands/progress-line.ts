import type { EventBus, IndexProgress } from '../events.ts'
import type { Logger, StatusLine } from '../log.ts'

const LOG_EVERY_MS = 10_000
/** The folders are walked while their files are indexed, so nothing may be pending for a moment. */
const SETTLED_MS = 500

/** Shows indexing: a line that is rewritten in a terminal, a log line now and then elsewhere. */
export function followProgress(events: EventBus, status: StatusLine, log: Logger, isTerminal: boolean): void {
  let loggedAt = performance.now()
  let wasIdle = true
  let end: NodeJS.Timeout | undefined
  events.on('progress', (progress) => {
    clearTimeout(end)
    if (progress.pending === 0) {
      if (wasIdle) return
      end = setTimeout(() => {
        wasIdle = true
        status.clear()
        log.info(`Indexed: ${progress.done} done, ${progress.failed} failed.`)
      }, SETTLED_MS)
      end.unref()
      return
    }
    // Progress of one or two files is not worth a line.
    if (wasIdle && progress.pending + progress.done < 3) return
    wasIdle = false
    if (isTerminal) status.show(describe(progress))
    else if (performance.now() - loggedAt >= LOG_EVERY_MS) {
      loggedAt = performance.now()
      log.info(describe(progress))
    }
  })
}

const BAR_WIDTH = 24

/** Shows the progress of long work: a line with a bar in a terminal, a log line for each step elsewhere. */
export function showLoading(
  status: Pick<StatusLine, 'show'>,
  log: Pick<Logger, 'info'>,
  isTerminal: boolean,
  what = 'Loading the model',
) {
  let lastLogged = ''
  return (message: string, share: number | undefined): void => {
    const step = `${what}: ${message}`
    if (isTerminal) status.show(share === undefined ? `${step} …` : `${step} ${bar(share)}`)
    else if (message !== lastLogged) log.info(`${step} …`)
    lastLogged = message
  }
}

export function bar(share: number): string {
  const filled = Math.round(share * BAR_WIDTH)
  return `[${'█'.repeat(filled)}${'·'.repeat(BAR_WIDTH - filled)}] ${Math.floor(100 * share)} %`
}

function describe({ done, failed, pending, ratePerSecond, etaSeconds }: IndexProgress): string {
  const all = done + failed + pending
  const percent = all === 0 ? 100 : Math.floor((100 * (done + failed)) / all)
  const rate = ratePerSecond > 0 ? `, ${ratePerSecond.toFixed(ratePerSecond < 10 ? 1 : 0)} images/s` : ''
  const left = etaSeconds > 0 ? `, ${duration(etaSeconds)} left` : ''
  return `Indexing ${percent} %: ${done} done, ${pending} pending, ${failed} failed${rate}${left}`
}

export function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 90) return `${whole} s`
  const minutes = Math.round(whole / 60)
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
