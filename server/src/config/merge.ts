import { isDeepStrictEqual } from 'node:util'
import { nodesAt } from './schema-tree.ts'
import { type Assignment, type Problem, startsWith } from './sources.ts'

/** Builds the nested input; a later assignment wins, two maps are merged. An empty section of the file changes nothing. */
export function merge(assignments: readonly Assignment[], problems: Problem[]): Record<string, unknown> {
  const root: Record<string, unknown> = {}
  for (const { path, value, source } of assignments) {
    if (value === null && mayBeAbsent(path)) continue
    let node = root
    for (const [depth, key] of path.slice(0, -1).entries()) {
      const next = Object.hasOwn(node, key) ? node[key] : undefined
      if (next !== undefined && next !== null && !isPlainObject(next)) {
        problems.push({
          path: path.slice(0, depth + 1).join('.'),
          source,
          message: 'is a single value, not a map',
        })
      }
      const child = isPlainObject(next) ? next : {}
      define(node, key, child)
      node = child
    }
    const leaf = path.at(-1)
    if (leaf === undefined) continue
    const before = Object.hasOwn(node, leaf) ? node[leaf] : undefined
    define(node, leaf, isPlainObject(before) && isPlainObject(value) ? { ...before, ...value } : value)
  }
  return root
}

/** A section, a list or a map without content, such as `database:` or `args: null`. */
function mayBeAbsent(path: readonly string[]): boolean {
  return nodesAt(path).some(({ type }) => type === 'object' || type === 'array')
}

/** Plain assignment would let a key named `__proto__` reach the prototype. */
function define(node: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(node, key, { value, enumerable: true, writable: true, configurable: true })
}

/** Splits assignments of maps into one for each value in them, so that sources are compared key by key. */
export function toLeaves({ path, value, source }: Assignment): Assignment[] {
  if (!isPlainObject(value) || Object.keys(value).length === 0) return [{ path, value, source }]
  return Object.entries(value).flatMap(([key, child]) =>
    toLeaves({ path: [...path, key], value: child, source }),
  )
}

/** @returns one sentence for each variable whose value loses against another one of the file */
export function lostValues(variables: readonly Assignment[], file: readonly Assignment[]): string[] {
  return variables.flatMap(({ path, value, source }) => {
    const winner = file.findLast((other) => startsWith(path, other.path) || startsWith(other.path, path))
    const hasNoValue = winner === undefined || (winner.value === null && mayBeAbsent(winner.path))
    if (hasNoValue || isSame(winner.value, value)) return []
    return [lossOf({ path, value, source }, variables, winner)]
  })
}

/** A variable that holds a map may have an effect by its other keys. */
function lossOf(
  { path, source }: Assignment,
  variables: readonly Assignment[],
  winner: Pick<Assignment, 'path' | 'source'>,
): string {
  const isOneOfSeveral = variables.filter((other) => other.source === source).length > 1
  const lost = isOneOfSeveral ? `\`${path.join('.')}\` of the ${source}` : `The ${source}`
  return `${lost} has no effect: ${winner.path.join('.')} is set in ${winner.source}, and the file wins.`
}

/** Leaves out the URL of a database if sources of higher precedence name its host instead. The warnings are those for variables. */
export function withoutLostUrl(
  lower: readonly Assignment[],
  higher: readonly Assignment[],
): { kept: Assignment[]; warnings: string[] } {
  const isUrl = ({ path }: Assignment) => path.join('.') === 'database.url'
  const leaves = [...higher].flatMap(toLeaves)
  const winner = leaves.find(
    ({ path: [section, key], value }) => section === 'database' && key === 'host' && value !== null,
  )
  if (winner === undefined || leaves.some(isUrl)) return { kept: [...lower], warnings: [] }
  const [lost, kept] = [lower.filter(isUrl), lower.filter((assignment) => !isUrl(assignment))]
  return { kept, warnings: lost.map((assignment) => lossOf(assignment, lower, winner)) }
}

function isSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b) || String(a) === String(b)
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
