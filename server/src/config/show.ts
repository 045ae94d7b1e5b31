import { stringify } from 'yaml'
import { nodesAt } from './schema-tree.ts'

const MASK = '********'

/** The effective configuration as YAML, with every secret masked. */
export function showConfig(config: object): string {
  return stringify(masked(config, []), { lineWidth: 0 })
}

function masked(value: unknown, path: (string | number)[]): unknown {
  if (Array.isArray(value)) return value.map((one, n) => masked(one, [...path, n]))
  if (typeof value !== 'object' || value === null) return isSecret(path) && value !== undefined ? MASK : value
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, masked(child, [...path, key])]))
}

/** Besides the schema's own secrets, an embedder's arguments may hold a token or a password. */
function isSecret(path: (string | number)[]): boolean {
  if (nodesAt(path).some((node) => node.secret === true)) return true
  return path.includes('kwargs') && /(password|token|secret|api_?key)$/i.test(String(path.at(-1)))
}
