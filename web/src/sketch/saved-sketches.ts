import { useSyncExternalStore } from 'react'
import { getStored, setStored } from '../components/stored.ts'
import { fromKept, toKept } from './kept-sketch.ts'
import type { Sketch } from './sketch.ts'

/** A drawing that was saved by name in this browser. */
export interface SavedSketch {
  name: string
  sketch: Sketch
}

const KEY = 'sketches'

const listeners = new Set<() => void>()

/** The saved drawings by name. They follow changes by this page and by others of this browser. */
export function useSavedSketches(): readonly SavedSketch[] {
  return useSyncExternalStore(subscribe, listSaved)
}

function subscribe(onChange: () => void): () => void {
  listeners.add(onChange)
  addEventListener('storage', onChange)
  return () => {
    listeners.delete(onChange)
    removeEventListener('storage', onChange)
  }
}

let listed: { text: string | null; sketches: readonly SavedSketch[] } = { text: null, sketches: [] }

/** The same list as long as nothing changes. */
function listSaved(): readonly SavedSketch[] {
  const text = getStored(KEY)
  if (text !== listed.text) listed = { text, sketches: parseSaved() }
  return listed.sketches
}

function parseSaved(): SavedSketch[] {
  return Object.entries(read())
    .flatMap(([name, value]) => {
      const sketch = fromKept(value)
      return sketch === undefined ? [] : [{ name, sketch }]
    })
    .sort((a, b) => a.name.localeCompare(b.name))
}

/**
 * Replaces a drawing of the same name.
 * @returns whether the browser had room for it
 */
export function save(name: string, sketch: Sketch): boolean {
  return write({ ...read(), [name]: toKept(sketch) })
}

/** The name, followed by a number if it is taken. */
export function freeName(name: string): string {
  const taken = read()
  let free = name
  for (let n = 2; free in taken; n++) free = `${name} ${n}`
  return free
}

export function removeSaved(name: string): void {
  const { [name]: _, ...others } = read()
  write(others)
}

function write(sketches: Record<string, unknown>): boolean {
  const isWritten = setStored(KEY, JSON.stringify(sketches))
  for (const onChange of listeners) onChange()
  return isWritten
}

function read(): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(getStored(KEY) ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
