import { isPlainObject } from './merge.ts'
import { nodesAt, type SchemaNode } from './schema-tree.ts'
import { suggestKey } from './suggestions.ts'

/** Called with the path of a value that is changed or left out, and the reason as the rest of a sentence. */
export type Report = (path: Path, message: string) => void
type Path = readonly (string | number)[]

/** Words for booleans, in any case, as pydantic takes them. */
const TRUE = new Set(['true', 't', 'yes', 'y', 'on', '1'])
const FALSE = new Set(['false', 'f', 'no', 'n', 'off', '0'])
/**
 * Numbers that are not replaced: with another port, the server would listen elsewhere than expected; with the nearest number of days,
 * -1 ("never") would empty the trash; with the nearest share, 20 (percent) would let any number of files be forgotten.
 */
const EXACT = new Set(['port', 'trash.days', 'watcher.max_missing_share'])
const NUMBER = /^[+-]?\d+(_\d+)*(\.\d*)?([eE][+-]?\d+)?$/

/**
 * Makes a configuration fit the schema where the reference implementation is lenient: numbers and booleans may be text, keys that
 * nothing reads are left out, and numbers out of range become the nearest one in it, except those of `EXACT`. Unknown keys at the top stay, and are refused
 * by the schema. Changes the input.
 */
export function relax(input: Record<string, unknown>, report: Report): void {
  if (isPlainObject(input.auth)) chooseSignIn(input.auth, report)
  relaxMap(input, [], report)
}

/** Without `kind`, a key that only one kind requires decides; without sign-in, the other keys have no effect. */
function chooseSignIn(auth: Record<string, unknown>, report: Report): void {
  const requiring = Object.keys(auth).map((key) =>
    nodesAt(['auth']).filter(({ required }) => required?.includes(key)),
  )
  const only = requiring.find(({ length }) => length === 1)?.[0]
  auth.kind ??= only?.properties?.kind?.const ?? 'none'
  if (auth.kind !== 'none') return
  for (const key of Object.keys(auth)) {
    if (key === 'kind') continue
    delete auth[key]
    report(['auth', key], 'has no effect: auth.kind is none')
  }
}

function relaxMap(map: Record<string, unknown>, path: Path, report: Report): void {
  const isEmbedder = path.length === 3 && path[1] === 'embedders'
  if (isEmbedder && 'file' in map && 'class_name' in map && 'target' in map) {
    delete map.target
    report([...path, 'target'], 'has no effect: file and class_name are given')
  }
  for (const [key, value] of Object.entries(map)) {
    const childPath = [...path, key]
    const nodes = nodesAt(childPath)
    if (nodes.length === 0) {
      if (path.length === 0) continue
      delete map[key]
      report(childPath, `is not a known key and has no effect${suggestKey(childPath.map(String))}`)
    } else if (value === null && nodes.some(({ type }) => type === 'object' || type === 'array')) {
      delete map[key]
    } else {
      map[key] = relaxValue(value, childPath, nodes, report)
    }
  }
}

function relaxValue(value: unknown, path: Path, nodes: readonly SchemaNode[], report: Report): unknown {
  if (isPlainObject(value)) {
    relaxMap(value, path, report)
    return value
  }
  if (Array.isArray(value)) {
    return value.map((item, n) => {
      const itemPath = [...path, n]
      return relaxValue(item, itemPath, nodesAt(itemPath), report)
    })
  }
  const number = nodes.find(({ type }) => type === 'integer' || type === 'number')
  if (number !== undefined) return relaxNumber(value, path, number, report)
  return nodes.some(({ type }) => type === 'boolean') ? toBoolean(value) : value
}

function relaxNumber(
  value: unknown,
  path: Path,
  { minimum = -Infinity, maximum = Infinity }: SchemaNode,
  report: Report,
): unknown {
  const isText = typeof value === 'string' && NUMBER.test(value.trim())
  const number = isText ? Number(value.trim().replaceAll('_', '')) : value
  if (typeof number !== 'number') return value
  if (EXACT.has(path.join('.')) || EXACT.has(String(path.at(-1)))) return number
  const nearest = Math.min(maximum, Math.max(minimum, number))
  if (nearest !== number) report(path, `is ${number}, which is out of range: ${nearest} is used`)
  return nearest
}

function toBoolean(value: unknown): unknown {
  const isScalar = typeof value === 'string' || typeof value === 'number'
  const word = isScalar ? String(value).toLowerCase() : ''
  if (TRUE.has(word)) return true
  return FALSE.has(word) ? false : value
}
