import { stringify } from 'yaml'
import { nodesAt } from './schema-tree.ts'

const MASK = '********'

/** The effective configuration as YAML, with every secret masked. */
export function showConfig(config: object): string {
  return stringify(masked(config, []), { lineWidth: 0 })
}

function masked(value: unknown, path: string[]): unknown {
  if (Array.isArray(value)) return value.map((one, n) => masked(one, [...path, String(n)]))
  if (typeof value !== 'object' || value === null) return isSecret(path) && value !== undefined ? MASK : value
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, masked(child, [...path, key])]))
}

/** Besides the schema's own secrets, an embedder's arguments may hold a token or a password. */
function isSecret(path: string[]): boolean {
  if (nodesAt(path).some((node) => node.secret === true)) return true
  return path.includes('kwargs') && /(password|token|secret|api_?key)$/i.test(path.at(-1) ?? '')
}
