import { delMany, get, getMany, keys, setMany } from 'idb-keyval'
import { hasSignedOut } from '../state/signed-out.ts'
import { allStrokes, type Edit, EMPTY_SKETCH, type Sketch } from './sketch.ts'
import type { Stroke } from './stroke.ts'

/** A sketch of a tab, and which saved drawing of the server the address of the page named. */
export interface StoredSheet {
  sketch: Sketch
  /** In the address; undefined if it named none. */
  address: string | undefined
  /** Whether the saved drawing equals the sketch. */
  isSaved: boolean
}

type SpliceRecord = [at: number, removed: number[], added: number[]]
type EditRecord = SpliceRecord[]

/** The order of strokes and edits. Each stroke has a record of its own, so that saving writes only new ones. */
interface SheetRecord {
  version: 2
  savedAt: number
  address: string | undefined
  isSaved: boolean
  strokes: number[]
  past: EditRecord[]
  future: EditRecord[]
}

type Entry = [key: string, value: unknown]

const SAVE_AFTER_MS = 200
const TAB_KEY = 'sheet-tab'
/** Records that were written when the page was left, in case the database did not finish. */
const REST_KEY = 'sheet-rest'
const MAX_AGE_MS = 30 * 24 * 3_600_000
const MAX_SHEETS = 20

/**
 * Keeps the sketch of this tab in the browser: soon after each change, and when the page is left. A second tab has a
 * sheet of its own.
 */
export class SheetStore {
  #tab = readSession(TAB_KEY)
  readonly #ids = new Map<Stroke, number>()
  #lastId = 0
  #waiting: StoredSheet | undefined
  #timer: number | undefined
  /** The records that the database may not have yet. */
  #unwritten: Entry[] = []
  #writing: Promise<void> = Promise.resolve()
  /** Settled when it is certain that no other tab writes the same sheet. */
  #ownership: Promise<void> = Promise.resolve()

  /** Whether a sheet may have been kept for this tab. */
  get mayHaveSheet(): boolean {
    return this.#tab !== null
  }

  async load(): Promise<StoredSheet | undefined> {
    const tab = this.#tab
    if (tab === null) return undefined
    const rest = new Map<string, unknown>(entriesOf(readSession(REST_KEY)))
    const key = `${tab}/index`
    const record = (rest.get(key) ?? (await get(key))) as SheetRecord | undefined
    if (record?.version !== 2) return undefined
    const ids = [...new Set(idsOf(record))]
    const kept = await getMany<Stroke>(ids.map((id) => `${tab}/${id}`))
    const strokes = new Map(
      ids.map((id, n) => [id, (rest.get(`${tab}/${id}`) ?? kept[n]) as Stroke | undefined]),
    )
    const sketch = restored(record, strokes)
    if (sketch === undefined) return undefined
    for (const [id, stroke] of strokes) this.#ids.set(stroke!, id)
    this.#lastId = Math.max(0, ...ids)
    if (rest.size > 0) {
      await setMany([...rest])
      writeSession(REST_KEY, undefined)
    }
    this.#ownership = this.#leaveToOtherTab(tab)
    return { sketch, address: record.address, isSaved: record.isSaved }
  }

  /** Saves after a short delay. The last sketch that was passed is stored. */
  save(sheet: StoredSheet): void {
    this.#waiting = sheet
    this.#timer ??= window.setTimeout(() => void this.#ownership.then(() => this.#write()), SAVE_AFTER_MS)
  }

  /** Saves before the page goes away. */
  flush(): void {
    void this.#write()
    if (this.#unwritten.length > 0) writeSession(REST_KEY, JSON.stringify(this.#unwritten))
  }

  #write(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const sheet = this.#waiting
    if (sheet === undefined || hasSignedOut) return this.#writing
    this.#waiting = undefined
    const { tab, entries, removed } = this.#entriesFor(sheet)
    this.#unwritten = merged(this.#unwritten, entries)
    this.#writing = this.#writing.then(async () => {
      try {
        // Another tab may have removed the sheet as an old one.
        const isNew = (await get(`${tab}/index`)) === undefined
        const all = isNew ? [...this.#ids].map(([stroke, id]): Entry => [`${tab}/${id}`, stroke]) : []
        // With the entries of earlier writes that failed.
        const written = merged(all, this.#unwritten)
        await setMany(written)
        this.#unwritten = this.#unwritten.filter((entry) => !written.includes(entry))
        if (this.#unwritten.length === 0) writeSession(REST_KEY, undefined)
        await delMany(removed)
      } catch (error) {
        console.warn('The browser could not keep the sketch:', error)
      }
    })
    return this.#writing
  }

  #entriesFor({ sketch, address, isSaved }: StoredSheet) {
    if (this.#tab === null) {
      this.#tab = newTabId()
      writeSession(TAB_KEY, this.#tab)
      void isHeldByThisTab(this.#tab)
    }
    const tab = this.#tab
    const entries: Entry[] = []
    const needed = allStrokes(sketch)
    const removed: string[] = []
    for (const [stroke, id] of this.#ids) {
      if (needed.has(stroke)) continue
      this.#ids.delete(stroke)
      removed.push(`${tab}/${id}`)
    }
    for (const stroke of needed) {
      if (this.#ids.has(stroke)) continue
      this.#ids.set(stroke, ++this.#lastId)
      entries.push([`${tab}/${this.#lastId}`, stroke])
    }
    const idOf = (stroke: Stroke) => this.#ids.get(stroke)!
    const editOf = (splices: Edit): EditRecord =>
      splices.map(({ at, removed: out, added }) => [at, out.map(idOf), added.map(idOf)])
    const record: SheetRecord = {
      version: 2,
      savedAt: Date.now(),
      address,
      isSaved,
      strokes: sketch.strokes.map(idOf),
      past: sketch.past.map(editOf),
      future: sketch.future.map(editOf),
    }
    entries.push([`${tab}/index`, record])
    return { tab, entries, removed }
  }

  /** A duplicated tab has the same identity: it takes a copy of the sheet, under a name of its own. */
  async #leaveToOtherTab(tab: string): Promise<void> {
    if (await isHeldByThisTab(tab)) return
    this.#tab = null
    this.#ids.clear()
  }

  /** Removes sheets of tabs that have been closed long ago. */
  async removeOld(): Promise<void> {
    try {
      const all = (await keys<string>()).filter((key) => typeof key === 'string')
      const indexes = all.filter((key) => key.endsWith('/index'))
      const records = await getMany<SheetRecord>(indexes)
      const byAge = indexes
        .map((key, n) => ({ tab: key.slice(0, -'/index'.length), savedAt: records[n]?.savedAt ?? 0 }))
        .sort((a, b) => b.savedAt - a.savedAt)
      const oldest = Date.now() - MAX_AGE_MS
      const { held = [] } = 'locks' in navigator ? await navigator.locks.query() : {}
      const locks = new Set(held.map(({ name }) => name))
      const isOpen = (tab: string) => tab === this.#tab || locks.has(lockOf(tab))
      const old = new Set(
        byAge
          .filter(({ tab, savedAt }, n) => (n >= MAX_SHEETS || savedAt < oldest) && !isOpen(tab))
          .map(({ tab }) => tab),
      )
      await delMany(all.filter((key) => old.has(key.slice(0, key.lastIndexOf('/')))))
    } catch (error) {
      console.warn('Old sketches could not be removed from the browser:', error)
    }
  }
}

/** Entries written later replace earlier ones of the same key. */
function merged(before: readonly Entry[], after: readonly Entry[]): Entry[] {
  const keysAfter = new Set(after.map(([key]) => key))
  return [...before.filter(([key]) => !keysAfter.has(key)), ...after]
}

function entriesOf(text: string | null): Entry[] {
  return text === null ? [] : (JSON.parse(text) as Entry[])
}

function idsOf({ strokes, past, future }: SheetRecord): number[] {
  return [
    ...strokes,
    ...[...past, ...future].flatMap((splices) =>
      splices.flatMap(([, removed, added]) => [...removed, ...added]),
    ),
  ]
}

/** @returns undefined if a stroke is missing: half a drawing would be a wrong one */
function restored(record: SheetRecord, strokes: ReadonlyMap<number, Stroke | undefined>): Sketch | undefined {
  if ([...strokes.values()].includes(undefined)) return undefined
  const all = (ids: readonly number[]) => ids.map((id) => strokes.get(id)!)
  const editOf = (splices: EditRecord): Edit =>
    splices.map(([at, removed, added]) => ({ at, removed: all(removed), added: all(added) }))
  return {
    ...EMPTY_SKETCH,
    strokes: all(record.strokes),
    past: record.past.map(editOf),
    future: record.future.map(editOf),
  }
}

/** Null as well where the browser refuses to keep anything. */
function readSession(key: string): string | null {
  try {
    return sessionStorage.getItem(key)
  } catch (error) {
    console.warn('The browser keeps no sketches:', error)
    return null
  }
}

function writeSession(key: string, value: string | undefined): void {
  try {
    if (value === undefined) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, value)
  } catch (error) {
    console.warn('The browser could not keep the sketch:', error)
  }
}

function newTabId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(2)), (number) => number.toString(36)).join('')
}

const lockOf = (tab: string) => `sheet ${tab}`

/** How long a page that is being left may take to release its lock. */
const RELEASE_MS = 2_000

/** Holds the name for as long as the tab is open. Where pages can't lock, every tab counts as the only one. */
function isHeldByThisTab(tab: string): Promise<boolean> {
  if (!('locks' in navigator)) return Promise.resolve(true)
  return new Promise((resolve) => {
    navigator.locks
      .request(lockOf(tab), { signal: AbortSignal.timeout(RELEASE_MS) }, () => {
        resolve(true)
        return new Promise<never>(() => {})
      })
      // The time is over: another tab holds it.
      .catch(() => resolve(false))
  })
}
