import { TIMINGS, type Timings } from '../timings.ts'

export type Doubt =
  | 'root unreadable'
  | 'root replaced'
  | 'folder vanished while listed'
  | 'too many changes'
  | 'scan failed'
  | 'changes failed'
  | 'removal failed'

/** One run at a time: two would see each other's half-done moves. */
export type Work = { run: 'scan'; acceptsMissing: boolean } | { run: 'apply' } | { run: 'confirm' }

export type Timer = 'changes' | 'confirm' | 'rescan'

export interface SyncState {
  activity: 'idle' | Work['run'] | 'closed'
  /** Why the last observation of the gallery is unreliable; undefined unless it is. */
  doubt: Doubt | undefined
  /** Work that waits for its turn. One plain scan serves all who ask for one; a scan that accepts missing files runs by itself. */
  queue: readonly Work[]
  timers: ReadonlySet<Timer>
  /** Duration of the last application of hints. */
  applyMs: number
  /** The last scan that passed: its end in the time of `performance.now()`, and its duration. */
  lastScan: { endedAt: number; ms: number }
}

/** Times are those of `performance.now()`. */
export type SyncEvent =
  /** A change of the folder is reported. */
  | { type: 'hinted' }
  | { type: 'scan requested'; acceptsMissing: boolean }
  | { type: 'fired'; timer: Timer }
  /** The running scan has found the root readable and lists its folders from now on. */
  | { type: 'listing' }
  | { type: 'passed'; at: number; ms: number; left: LeftOver }
  | { type: 'failed'; because: Doubt }
  | { type: 'doubted'; because: Doubt }
  | { type: 'closed' }

/** State of the gallery after a run. */
export interface LeftOver {
  /** Whether files are missing whose removal has to be confirmed. */
  hasMissing: boolean
  /** Whether missing files are kept and the run saw changes: the files may be coming back. */
  mayReturn: boolean
}

export type Effect = Work | { start: Timer; afterMs: number } | { stop: Timer }

/** A large folder takes long to compare. Waiting as long again leaves time for other work, up to this limit. */
const MAX_DEBOUNCE_MS = 5_000
/** While files are kept, the delay between a change and the scan that looks whether they are back. */
const RESCAN_DELAY_MS = 5_000
/** Such scans take at most about a tenth of the time. */
const RESCAN_BACKOFF_FACTOR = 10

export const INITIAL_STATE: SyncState = {
  activity: 'idle',
  doubt: undefined,
  queue: [],
  timers: new Set(),
  applyMs: 0,
  lastScan: { endedAt: Number.NEGATIVE_INFINITY, ms: 0 },
}

/** `debounceMs`: changes within this time are applied together. `missingGraceMs`: a moved file appears elsewhere within it. */
export type Delays = Pick<Timings, 'debounceMs' | 'missingGraceMs'>

type Step = readonly [SyncState, readonly Effect[]]

/** Decides what happens next. Pure: the caller starts timers and runs work, and reports how they end. */
export function transition(state: SyncState, event: SyncEvent, delays: Delays = TIMINGS): Step {
  if (state.activity === 'closed') return [state, []]
  switch (event.type) {
    case 'hinted':
      return start(state, 'changes', Math.max(delays.debounceMs, state.applyMs))
    case 'scan requested':
      return runNext(enqueue(state, { run: 'scan', acceptsMissing: event.acceptsMissing }))
    case 'fired':
      return runNext(enqueue(withoutTimer(state, event.timer), WORK_OF[event.timer]))
    case 'listing':
      return [{ ...state, doubt: undefined }, []]
    case 'passed':
      return afterPass(state, event, delays)
    case 'failed':
      return runNext({ ...doubt(state, event.because), activity: 'idle' })
    case 'doubted':
      return [doubt(state, event.because), []]
    case 'closed': {
      const stops = [...state.timers].map((timer) => ({ stop: timer }))
      return [{ ...state, activity: 'closed', queue: [], timers: new Set() }, stops]
    }
  }
}

const WORK_OF: Record<Timer, Work> = {
  changes: { run: 'apply' },
  confirm: { run: 'confirm' },
  rescan: { run: 'scan', acceptsMissing: false },
}

function enqueue(state: SyncState, work: Work): SyncState {
  const isShared = work.run !== 'scan' || !work.acceptsMissing
  const isWaiting = state.queue.some((other) => other.run === work.run && !acceptsMissing(other))
  return isShared && isWaiting ? state : { ...state, queue: [...state.queue, work] }
}

function acceptsMissing(work: Work): boolean {
  return work.run === 'scan' && work.acceptsMissing
}

/** Starts the first work that waits. While doubtful, nothing is confirmed: the scan that is owed then finds missing files. */
function runNext(state: SyncState): Step {
  const [work, ...queue] = state.queue
  if (state.activity !== 'idle' || work === undefined) return [state, []]
  if (work.run === 'confirm' && state.doubt !== undefined) return runNext({ ...state, queue })
  return [{ ...state, activity: work.run, queue }, [work]]
}

function afterPass(
  state: SyncState,
  { at, ms, left }: Extract<SyncEvent, { type: 'passed' }>,
  delays: Delays,
): Step {
  const passed = { ...state, activity: 'idle' as const }
  if (state.activity === 'apply') passed.applyMs = Math.min(ms, MAX_DEBOUNCE_MS)
  if (state.activity === 'scan') passed.lastScan = { endedAt: at, ms }
  const [withConfirm, confirm] = left.hasMissing
    ? start(passed, 'confirm', delays.missingGraceMs)
    : [passed, []]
  const [withRescan, rescan] = left.mayReturn
    ? start(withConfirm, 'rescan', rescanDelayMs(passed, at))
    : [withConfirm, []]
  const [next, work] = runNext(withRescan)
  return [next, [...confirm, ...rescan, ...work]]
}

function rescanDelayMs({ lastScan }: SyncState, now: number): number {
  return Math.max(RESCAN_DELAY_MS, lastScan.ms * RESCAN_BACKOFF_FACTOR - (now - lastScan.endedAt))
}

/** The first doubt is kept: those that follow are often its consequences. */
function doubt(state: SyncState, because: Doubt): SyncState {
  return { ...state, doubt: state.doubt ?? because }
}

/** A timer that runs already is not started again. */
function start(state: SyncState, timer: Timer, afterMs: number): Step {
  if (state.timers.has(timer)) return [state, []]
  return [{ ...state, timers: new Set([...state.timers, timer]) }, [{ start: timer, afterMs }]]
}

function withoutTimer(state: SyncState, timer: Timer): SyncState {
  return { ...state, timers: new Set([...state.timers].filter((other) => other !== timer)) }
}
