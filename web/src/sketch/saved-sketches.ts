import { getStored, setStored } from '../components/stored.ts'
import { fromKept, toKept } from './kept-sketch.ts'
import type { Sketch } from './sketch.ts'

/** A drawing that was saved by name in this browser. */
export interface SavedSketch {
  name: string
  sketch: Sketch
}

const KEY = 'sketches'

export function listSaved(): SavedSketch[] {
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
  return setStored(KEY, JSON.stringify({ ...read(), [name]: toKept(sketch) }))
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
  setStored(KEY, JSON.stringify(others))
}

function read(): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(getStored(KEY) ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
