import type { Config } from '../config/schema.ts'
import { DomainError } from '../errors.ts'
import { createClassicalEmbedder } from './classical/classical-embedder.ts'
import type { Embedder } from './embedder.ts'

/** How an embedder is configured: a target or a file with a class, and the arguments for it. */
export type EmbedderDefinition = Config['embedder_registry']['embedders'][string]

const BUILT_IN: Record<string, () => Embedder> = {
  classical: createClassicalEmbedder,
}

/** The definition under a name; a built-in embedder needs none. */
export function definitionOf(name: string, registry: Config['embedder_registry']): EmbedderDefinition {
  return registry.embedders[name] ?? { target: name, args: [], kwargs: {} }
}

/**
 * Loads an embedder. Runs in the embedding process, never in the server's.
 * @throws {DomainError} `embedder_unavailable`
 */
export function loadEmbedder(name: string, definition: EmbedderDefinition): Embedder {
  const kind = 'target' in definition ? definition.target : definition.file
  const create = BUILT_IN[kind]
  if (create !== undefined) return create()
  throw new DomainError(
    'embedder_unavailable',
    `Embedder "${name}": ${JSON.stringify(kind)} can't be loaded by this version; built in: ${Object.keys(BUILT_IN).join(', ')}.`,
  )
}
