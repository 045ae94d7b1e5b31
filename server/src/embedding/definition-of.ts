import { type Config, embedderSchema } from '../config/schema.ts'
import type { EmbedderDefinition } from './registry.ts'

/** The definition under a name; a built-in embedder needs none. */
export function definitionOf(name: string, registry: Config['embedder_registry']): EmbedderDefinition {
  const defined = Object.hasOwn(registry.embedders, name) ? registry.embedders[name] : undefined
  return defined ?? embedderSchema.parse({ target: name })
}
