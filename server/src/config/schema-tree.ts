import { configJsonSchema } from './schema.ts'

/** The part of JSON Schema that our configuration schema uses. */
export interface SchemaNode {
  type?: string
  properties?: Record<string, SchemaNode>
  additionalProperties?: SchemaNode | boolean
  items?: SchemaNode | boolean
  prefixItems?: SchemaNode[]
  anyOf?: SchemaNode[]
  oneOf?: SchemaNode[]
  enum?: unknown[]
  const?: unknown
  default?: unknown
  description?: string
  minimum?: number
  maximum?: number
  required?: string[]
  secret?: boolean
}

const configTree = configJsonSchema() as SchemaNode

/** The nodes that a key path leads to; several where a value may have one of several forms. */
export function nodesAt(path: readonly (string | number)[], root: SchemaNode = configTree): SchemaNode[] {
  let nodes = formsOf(root)
  for (const segment of path) nodes = nodes.flatMap((node) => childrenOf(node, segment)).flatMap(formsOf)
  return nodes
}

/** The keys that may stand directly under a path. */
export function keysAt(path: readonly (string | number)[]): string[] {
  return [...new Set(nodesAt(path).flatMap((node) => Object.keys(node.properties ?? {})))]
}

/** The leaf paths of the whole configuration, dotted, for suggestions. */
export function allKeyPaths(node: SchemaNode = configTree, prefix = ''): string[] {
  return formsOf(node).flatMap((form) =>
    Object.entries(form.properties ?? {}).flatMap(([key, child]) => {
      const path = prefix === '' ? key : `${prefix}.${key}`
      return [path, ...allKeyPaths(child, path)]
    }),
  )
}

function formsOf(node: SchemaNode): SchemaNode[] {
  const forms = node.anyOf ?? node.oneOf
  return forms === undefined ? [node] : forms.flatMap(formsOf)
}

function childrenOf(node: SchemaNode, segment: string | number): SchemaNode[] {
  const property = node.properties?.[segment]
  if (property !== undefined) return [property]
  if (typeof segment === 'number') {
    const item = node.prefixItems?.[segment] ?? node.items
    if (typeof item === 'object') return [item]
  } else if (typeof node.additionalProperties === 'object') return [node.additionalProperties]
  // Arguments of an embedder are described as `{}`: they, and all that is in them, may be anything.
  return node.type === undefined ? [node] : []
}
