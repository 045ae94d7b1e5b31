import { nodesAt, type SchemaNode } from '../server/src/config/schema-tree.ts'

/** A table between two comments. The first one names a section of the configuration; `.` is the root, `*` any name. */
const TABLE = /(<!-- keys of (\S+) -->\n).*?(<!-- end of keys -->)/gs
const MEBIBYTE = 1024 * 1024
const number = new Intl.NumberFormat('en')

/** Fills the tables of keys in a document from the schema of the configuration. */
export function withConfigurationTables(document: string): string {
  return document.replaceAll(TABLE, (_, start: string, path: string, end: string) => {
    const rows = rowsOf(path === '.' ? [] : path.split('.'))
    return `${start}\n| key | value | default | meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n\n${end}`
  })
}

function rowsOf(path: readonly string[]): string[] {
  const forms = nodesAt(path)
  const section = path.map((segment) => (segment === '*' ? 'NAME' : segment))
  const rows = forms.flatMap((form) =>
    Object.entries(form.properties ?? {})
      .filter(([, child]) => !isSection(child))
      .map(([key, child]) => {
        const isRequired = forms.every(({ required }) => required?.includes(key) === true)
        const name = [...section, key].join('.')
        const cells = [
          `\`${name}\``,
          describeValue(child),
          describeDefault(child, isRequired),
          child.description,
        ]
        return `| ${cells.join(' | ')} |`
      }),
  )
  if (rows.length === 0) throw new Error(`The configuration has no keys at ${path.join('.')}.`)
  return [...new Set(rows)]
}

/** Whether a key has keys of its own, which have a table of their own. */
function isSection({ properties, anyOf, oneOf }: SchemaNode): boolean {
  return properties !== undefined || [...(anyOf ?? []), ...(oneOf ?? [])].some(isSection)
}

function describeValue(node: SchemaNode): string {
  if (node.enum !== undefined) return node.enum.map((value) => `\`${value}\``).join(', ')
  if (node.const !== undefined) return `\`${node.const}\``
  if (node.type === 'array')
    return node.prefixItems === undefined ? 'list' : `list of ${node.prefixItems.length} numbers`
  if (node.type === 'boolean') return '`true`, `false`'
  if (node.type === 'object') return 'map'
  if (node.type === 'string') return 'text'
  const { type, minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = node
  if (maximum === Number.MAX_SAFE_INTEGER) return `${type}, at least ${number.format(minimum)}`
  return `${type}, ${number.format(minimum)} to ${number.format(maximum)}`
}

function describeDefault(node: SchemaNode, isRequired: boolean): string {
  const { default: value } = node
  if (node.const !== undefined) return ''
  if (value === undefined) return isRequired ? 'required' : ''
  const isSize = typeof value === 'number' && value >= MEBIBYTE && value % MEBIBYTE === 0
  return `\`${JSON.stringify(value)}\`${isSize ? ` (${value / MEBIBYTE} MiB)` : ''}`
}
