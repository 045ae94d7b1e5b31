import { describe, expect, it } from 'vitest'
import {
  type Doubt,
  type Effect,
  INITIAL_STATE,
  type LeftOver,
  type SyncEvent,
  type SyncState,
  type Timer,
  transition,
} from './machine.ts'

const SCAN = { run: 'scan', acceptsMissing: false } as const
const ACCEPTING_SCAN = { run: 'scan', acceptsMissing: true } as const
const APPLY = { run: 'apply' } as const
const CONFIRM = { run: 'confirm' } as const
const NOTHING: LeftOver = { hasMissing: false, mayReturn: false }
const MISSING: LeftOver = { hasMissing: true, mayReturn: false }
const RETURNING: LeftOver = { hasMissing: false, mayReturn: true }
const DOUBTFUL = { doubt: 'root unreadable' } as const

const scanRequested = (acceptsMissing = false): SyncEvent => ({ type: 'scan requested', acceptsMissing })
const fired = (timer: Timer): SyncEvent => ({ type: 'fired', timer })
const passed = (left = NOTHING, ms = 10, at = 1000): SyncEvent => ({ type: 'passed', at, ms, left })

function stateWith(change: Partial<SyncState>): SyncState {
  return { ...INITIAL_STATE, ...change }
}

const timers = (...names: Timer[]) => new Set(names)

describe('a transition', () => {
  it.each<[string, Partial<SyncState>, SyncEvent, Partial<SyncState>, readonly Effect[]]>([
    [
      'starts the timer with the first hint',
      {},
      { type: 'hinted' },
      { timers: timers('changes') },
      [{ start: 'changes', afterMs: 150 }],
    ],
    ['lets a timer run on', { timers: timers('changes') }, { type: 'hinted' }, {}, []],
    [
      'waits as long as the last application took',
      { applyMs: 900 },
      { type: 'hinted' },
      { timers: timers('changes') },
      [{ start: 'changes', afterMs: 900 }],
    ],
    [
      'collects hints during a scan',
      { activity: 'scan' },
      { type: 'hinted' },
      { timers: timers('changes') },
      [{ start: 'changes', afterMs: 150 }],
    ],
    [
      'applies hints',
      { timers: timers('changes') },
      fired('changes'),
      { activity: 'apply', timers: timers() },
      [APPLY],
    ],
    [
      'applies hints while doubtful',
      { ...DOUBTFUL, timers: timers('changes') },
      fired('changes'),
      { activity: 'apply', timers: timers() },
      [APPLY],
    ],
    [
      'lets hints wait for a scan',
      { activity: 'scan', timers: timers('changes') },
      fired('changes'),
      { queue: [APPLY], timers: timers() },
      [],
    ],
    ['scans on request', {}, scanRequested(), { activity: 'scan' }, [SCAN]],
    ['scans on request while doubtful', { ...DOUBTFUL }, scanRequested(), { activity: 'scan' }, [SCAN]],
    [
      'scans when files may be back',
      { timers: timers('rescan') },
      fired('rescan'),
      { activity: 'scan', timers: timers() },
      [SCAN],
    ],
    ['lets a scan wait', { activity: 'apply' }, scanRequested(), { queue: [SCAN] }, []],
    ['lets another scan wait during a scan', { activity: 'scan' }, scanRequested(), { queue: [SCAN] }, []],
    ['serves all requests by one scan', { activity: 'scan', queue: [SCAN] }, scanRequested(), {}, []],
    [
      'serves a rescan by the scan that waits',
      { activity: 'scan', queue: [SCAN], timers: timers('rescan') },
      fired('rescan'),
      { timers: timers() },
      [],
    ],
    [
      'runs each scan that accepts missing files by itself',
      { activity: 'scan', queue: [ACCEPTING_SCAN] },
      scanRequested(true),
      { queue: [ACCEPTING_SCAN, ACCEPTING_SCAN] },
      [],
    ],
    [
      'does not serve a plain request by a scan that accepts missing files',
      { activity: 'scan', queue: [ACCEPTING_SCAN] },
      scanRequested(),
      { queue: [ACCEPTING_SCAN, SCAN] },
      [],
    ],
    [
      'has no doubt from the first listing on',
      { activity: 'scan', ...DOUBTFUL },
      { type: 'listing' },
      { doubt: undefined },
      [],
    ],
    ...[undefined, DOUBTFUL.doubt].map(
      (doubt) =>
        [
          `remembers a scan that passed, and keeps its doubt (${doubt})`,
          { activity: 'scan', doubt },
          passed(NOTHING, 70, 500),
          { activity: 'idle', lastScan: { endedAt: 500, ms: 70 } },
          [],
        ] as [string, Partial<SyncState>, SyncEvent, Partial<SyncState>, Effect[]],
    ),
    [
      'remembers how long an application took',
      { activity: 'apply' },
      passed(NOTHING, 400),
      { activity: 'idle', applyMs: 400 },
      [],
    ],
    [
      'remembers five seconds at most',
      { activity: 'apply' },
      passed(NOTHING, 60_000),
      { activity: 'idle', applyMs: 5000 },
      [],
    ],
    [
      'gives missing files a moment to appear elsewhere',
      { activity: 'apply', applyMs: 10 },
      passed(MISSING),
      { activity: 'idle', timers: timers('confirm') },
      [{ start: 'confirm', afterMs: 800 }],
    ],
    [
      'gives missing files of a scan a moment',
      { activity: 'scan', lastScan: { endedAt: 1000, ms: 10 } },
      passed(MISSING),
      { activity: 'idle', timers: timers('confirm') },
      [{ start: 'confirm', afterMs: 800 }],
    ],
    [
      'confirms again what was missed later',
      { activity: 'confirm' },
      passed(MISSING),
      { activity: 'idle', timers: timers('confirm') },
      [{ start: 'confirm', afterMs: 800 }],
    ],
    [
      'confirms removals',
      { timers: timers('confirm') },
      fired('confirm'),
      { activity: 'confirm', timers: timers() },
      [CONFIRM],
    ],
    [
      'confirms nothing while doubtful',
      { ...DOUBTFUL, timers: timers('confirm') },
      fired('confirm'),
      { timers: timers() },
      [],
    ],
    [
      'confirms nothing that waited until it became doubtful',
      { activity: 'apply', queue: [CONFIRM, SCAN] },
      { type: 'failed', because: 'changes failed' },
      { activity: 'scan', doubt: 'changes failed', queue: [] },
      [SCAN],
    ],
    [
      'looks whether kept files are back',
      { activity: 'apply', applyMs: 10 },
      passed(RETURNING),
      { activity: 'idle', timers: timers('rescan') },
      [{ start: 'rescan', afterMs: 5000 }],
    ],
    [
      'takes a tenth of the time for such scans at most',
      { activity: 'apply', applyMs: 10, lastScan: { endedAt: 400, ms: 2000 } },
      passed(RETURNING),
      { activity: 'idle', timers: timers('rescan') },
      [{ start: 'rescan', afterMs: 20_000 - 600 }],
    ],
    [
      'starts what waits when a run has passed',
      { activity: 'scan', queue: [APPLY, SCAN], lastScan: { endedAt: 1000, ms: 10 } },
      passed(),
      { activity: 'apply', queue: [SCAN] },
      [APPLY],
    ],
    ...(['scan', 'apply', 'confirm'] as const).map(
      (activity) =>
        [
          `doubts a failed ${activity}`,
          { activity },
          { type: 'failed', because: 'scan failed' },
          { activity: 'idle', doubt: 'scan failed' },
          [],
        ] as [string, Partial<SyncState>, SyncEvent, Partial<SyncState>, Effect[]],
    ),
    [
      'keeps the first doubt',
      { activity: 'scan', ...DOUBTFUL },
      { type: 'failed', because: 'scan failed' },
      { activity: 'idle' },
      [],
    ],
    [
      'is doubtful at any time',
      { activity: 'scan' },
      { type: 'doubted', because: 'root replaced' },
      { doubt: 'root replaced' },
      [],
    ],
    [
      'stops timers and drops what waits when it is closed',
      { activity: 'scan', queue: [APPLY], timers: timers('changes', 'rescan') },
      { type: 'closed' },
      { activity: 'closed', queue: [], timers: timers() },
      [{ stop: 'changes' }, { stop: 'rescan' }],
    ],
    ['ends nothing after it was closed', { activity: 'closed' }, passed(MISSING), {}, []],
    ['starts nothing after it was closed', { activity: 'closed' }, scanRequested(), {}, []],
  ])('%s', (_, before, event, change, expected) => {
    const state = stateWith(before)
    const [next, effects] = transition(state, event)
    expect(next).toEqual({ ...state, ...change })
    expect(effects).toEqual(expected)
  })
})

describe('over random events', () => {
  const doubts: Doubt[] = [
    'root unreadable',
    'root replaced',
    'too many changes',
    'folder vanished while listed',
  ]

  it.each([1, 2, 3])('keeps its invariants (seed %i)', (seed) => {
    const random = createRandom(seed)
    const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)]!
    const seen = new Set<string>()
    let state = INITIAL_STATE
    for (let n = 0; n < 1000; n++) {
      const event = pick(possibleEvents(state, n, pick, doubts))
      const [next, effects] = transition(state, event)
      checkStep(state, event, next, effects)
      for (const effect of effects) if ('run' in effect) seen.add(effect.run)
      state = next
    }
    expect(seen).toEqual(new Set(['scan', 'apply', 'confirm']))
    const [closed] = transition(state, { type: 'closed' })
    for (const event of [...possibleEvents(state, 0, pick, doubts), passed(MISSING)])
      expect(transition(closed, event)).toEqual([closed, []])
  })
})

/** Events that the loop around the machine can report in a state. */
function possibleEvents(
  state: SyncState,
  at: number,
  pick: <T>(from: readonly T[]) => T,
  doubts: readonly Doubt[],
): SyncEvent[] {
  const events: SyncEvent[] = [{ type: 'hinted' }, scanRequested(), scanRequested(true)]
  for (const timer of state.timers) events.push(fired(timer), fired(timer))
  events.push({ type: 'doubted', because: pick(doubts) })
  if (state.activity === 'idle') return events
  if (state.activity === 'scan') events.push({ type: 'listing' }, { type: 'listing' })
  const left = { hasMissing: pick([true, false]), mayReturn: pick([true, false]) }
  return [
    ...events,
    passed(left, at % 7000, at),
    passed(left, 1, at),
    { type: 'failed', because: 'scan failed' },
  ]
}

function checkStep(before: SyncState, event: SyncEvent, after: SyncState, effects: readonly Effect[]): void {
  const started = effects.filter((effect) => 'run' in effect)
  expect(started.length).toBeLessThanOrEqual(1)
  const isEnd = event.type === 'passed' || event.type === 'failed'
  // One run at a time, and none waits while none runs.
  if (started.length > 0) expect(before.activity === 'idle' || isEnd).toBe(true)
  if (after.activity === 'idle') expect(after.queue).toEqual([])
  for (const { run } of started) expect(after.activity).toBe(run)
  // While doubtful, nothing is confirmed, and only a scan ends the doubt.
  if (after.doubt !== undefined) expect(started.map(({ run }) => run)).not.toContain('confirm')
  if (before.doubt !== undefined && after.doubt === undefined) {
    expect(event.type).toBe('listing')
    expect(before.activity).toBe('scan')
  }
  // A request is served by a run that starts after it.
  if (event.type === 'scan requested') {
    const scans = [...after.queue, ...started].filter(({ run }) => run === 'scan')
    expect(scans).toContainEqual({ run: 'scan', acceptsMissing: event.acceptsMissing })
  }
  const plain = after.queue.filter((work) => work.run !== 'scan' || !work.acceptsMissing)
  expect(new Set(plain.map(({ run }) => run)).size).toBe(plain.length)
  for (const effect of effects)
    if ('start' in effect) {
      expect(before.timers.has(effect.start)).toBe(false)
      expect(after.timers.has(effect.start)).toBe(true)
      expect(effect.afterMs).toBeGreaterThan(0)
    }
}

/** Returns numbers from 0 to 1 (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
