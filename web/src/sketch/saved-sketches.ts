import { getStored, setStored } from '../components/stored.ts'
import { fromKept, type Sketch, toKept } from './sketch.ts'

/** Drawings that somebody has saved by name, in this browser. */
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
 * Takes the place of one that bears the name.
 * @returns whether there was room for it
 */
export function save(name: string, sketch: Sketch): boolean {
  return setStored(KEY, JSON.stringify({ ...read(), [name]: toKept(sketch) }))
}

/** This name, or with the first number behind it that makes it a new one. */
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
