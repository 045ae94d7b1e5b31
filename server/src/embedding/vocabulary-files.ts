import { FORMER_EMBEDDER } from '../config/built-in.ts'
import { TRAINED_VOCABULARY } from './kinds/trained/trained-model.ts'
import { type EmbedderDefinition, embedderKind } from './registry.ts'

/** Files of a closed list of words with vectors in the space of the images. */
export interface VocabularyFiles {
  /** JSON. */
  words: string
  /** float16 `[rows, dimensions]`, little-endian. */
  vectors: string
  /** JSON, a file for each further language. */
  translations: readonly string[]
}

/** Returns the vocabulary of an embedder, if it has one. */
export function vocabularyFilesOf(name: string, definition: EmbedderDefinition): VocabularyFiles | undefined {
  if (embedderKind(name, definition) !== 'trained') return undefined
  const isFormer = 'target' in definition && definition.target === FORMER_EMBEDDER
  return isFormer ? undefined : TRAINED_VOCABULARY
}
