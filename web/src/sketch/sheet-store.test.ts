import { setMany } from 'idb-keyval'
import { afterAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { SheetStore } from './sheet-store.ts'
import { addStroke, EMPTY_SKETCH, type Sketch, undo } from './sketch.ts'
import type { Stroke } from './stroke.ts'

/** Node.js has no database of a browser. */
const database = new Map<string, unknown>()
vi.mock('idb-keyval', () => ({
  get: async (key: string) => structuredClone(database.get(key)),
  getMany: async (all: string[]) => all.map((key) => structuredClone(database.get(key))),
  setMany: vi.fn(async (entries: [string, unknown][]) => {
    for (const [key, value] of entries) database.set(key, structuredClone(value))
  }),
  delMany: async (all: string[]) => all.forEach((key) => void database.delete(key)),
  keys: async () => [...database.keys()],
}))

let isOut = false
vi.mock('../state/signed-out.ts', () => ({
  get hasSignedOut() {
    return isOut
  },
}))

const stroke = (x: number): Stroke => ({
  tool: 'pen',
  size: 10,
  points: [
    [x, 0, 0.5, 0],
    [x, 100, 0.5, 20],
  ],
})
const drawn = (count: number): Sketch =>
  Array.from({ length: count }, (_, n) => stroke(n)).reduce(addStroke, EMPTY_SKETCH)

const session = new Map<string, string>()
vi.stubGlobal('window', globalThis)
vi.stubGlobal('sessionStorage', {
  getItem: (key: string) => session.get(key) ?? null,
  setItem: (key: string, value: string) => void session.set(key, value),
  removeItem: (key: string) => void session.delete(key),
})
afterAll(() => vi.unstubAllGlobals())
beforeEach(() => {
  database.clear()
  session.clear()
})

/** Saves at once, as when the page is left. */
async function save(store: SheetStore, sketch: Sketch): Promise<void> {
  store.save({ sketch, address: undefined, isSaved: false })
  const finished = vi.mocked(setMany).mock.results.length + 1
  store.flush()
  const isFinished = () => expect(vi.mocked(setMany).mock.settledResults).toHaveLength(finished)
  await vi.waitFor(isFinished, { interval: 1, timeout: 60_000 })
}

/** Loads what the database has of a tab, without what the page would save when it is left. */
async function reloaded(tab: string): Promise<Sketch | undefined> {
  session.clear()
  session.set('sheet-tab', tab)
  return (await new SheetStore().load())?.sketch
}

describe('a sheet', () => {
  it('has all strokes and steps after a write that failed', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    onTestFinished(() => warn.mockRestore())
    const store = new SheetStore()
    await save(store, drawn(1))
    const sketch = drawn(2)
    vi.mocked(setMany).mockRejectedValueOnce(new Error('The connection is closed.'))
    await save(store, sketch)
    expect(warn).toHaveBeenCalledOnce()
    await save(store, addStroke(sketch, stroke(9)))
    expect(session.has('sheet-rest')).toBe(false)
    const restored = await reloaded(session.get('sheet-tab')!)
    expect(restored?.strokes).toHaveLength(3)
    expect(undo(undo(restored!)).strokes).toHaveLength(1)
  })
})

it('writes no sheet back after signing out in another tab', async () => {
  const store = new SheetStore()
  await save(store, drawn(1))
  onTestFinished(() => {
    isOut = false
  })
  isOut = true
  database.clear()
  session.clear()
  const calls = vi.mocked(setMany).mock.calls.length
  store.save({ sketch: drawn(2), address: undefined, isSaved: false })
  store.flush()
  // A later write waits for all earlier ones of its store.
  isOut = false
  store.save({ sketch: drawn(3), address: undefined, isSaved: false })
  store.flush()
  await vi.waitFor(() => expect(vi.mocked(setMany).mock.calls.length).toBeGreaterThan(calls))
  expect(vi.mocked(setMany).mock.calls.length).toBe(calls + 1)
  expect(session.size).toBe(0)
})

describe('an old sheet', () => {
  /** Drawn by a tab before 20 others. @returns its store, and the name of the tab */
  async function drawnBeforeOthers(sketch: Sketch): Promise<{ store: SheetStore; tab: string }> {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const store = new SheetStore()
    await save(store, sketch)
    const tab = session.get('sheet-tab')!
    for (let n = 0; n < 20; n++) {
      session.clear()
      vi.setSystemTime(Date.now() + 1_000)
      await save(new SheetStore(), drawn(1))
    }
    return { store, tab }
  }

  it('stays while its tab is open', async () => {
    const { tab } = await drawnBeforeOthers(drawn(2))
    await new SheetStore().removeOld()
    expect((await reloaded(tab))?.strokes).toHaveLength(2)
  })

  it('is removed when its tab is closed, and complete again if the tab is still open and cannot lock', async () => {
    const { navigator } = globalThis
    vi.stubGlobal('navigator', {})
    onTestFinished(() => void vi.stubGlobal('navigator', navigator))
    const sketch = drawn(2)
    const { store, tab } = await drawnBeforeOthers(sketch)
    await new SheetStore().removeOld()
    expect([...database.keys()].filter((key) => key.startsWith(tab))).toEqual([])
    await save(store, addStroke(sketch, stroke(9)))
    const restored = await reloaded(tab)
    expect(restored?.strokes).toHaveLength(3)
    expect(undo(undo(restored!)).strokes).toHaveLength(1)
  })
})
