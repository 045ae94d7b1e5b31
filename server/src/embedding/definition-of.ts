import { type Config, embedderSchema } from '../config/schema.ts'
import type { EmbedderDefinition } from './registry.ts'

/** The configured embedders. */
export type EmbedderRegistry = Omit<Config['embedder_registry'], 'windows'>

/** The definition under a name; a built-in embedder needs none. */
export function definitionOf(name: string, registry: EmbedderRegistry): EmbedderDefinition {
  const defined = Object.hasOwn(registry.embedders, name) ? registry.embedders[name] : undefined
  return defined ?? embedderSchema.parse({ target: name })
}
