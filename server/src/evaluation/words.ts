import type { Config } from '../config/schema.ts'
import { definitionOf } from '../embedding/definition-of.ts'
import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import { vocabularyFilesOf } from '../embedding/vocabulary-files.ts'
import { DomainError } from '../errors.ts'
import { scoreByTerm } from '../search/combine.ts'
import type { TermVectors } from '../search/term-vectors.ts'
import { openVocabulary, type Vocabulary } from '../search/words/vocabulary.ts'
import { type DescriptionReport, evaluateDescriptions } from './descriptions.ts'
import { embedGallery, type Reporter, withEmbedder } from './embed.ts'
import { type EmbeddedItems, vectorAt } from './evaluate.ts'
import { termOf } from './image-windows.ts'
import { classesOf, itemsIn } from './items.ts'
import { averagePrecision, mean, precisionAt, ranksOf } from './metrics.ts'

interface WordScores {
  /** The words that the name was understood as. */
  words: string[]
  /** Images of the class in the gallery. */
  images: number
  averagePrecision: number
  precisionAt10: number
}

export interface WordReport {
  images: number
  /** By the name of the class. */
  classes: Record<string, WordScores>
  /** Names that the embedder has no words for. */
  unknown: string[]
  meanAveragePrecision: number
  precisionAt10: number
  /** The other way round: words for the images; undefined without a vocabulary. */
  descriptions: DescriptionReport | undefined
}

/**
 * Measures how well the names of the classes find the images of each class.
 * @throws {DomainError} `not_supported` if the embedder does not understand words, `unknown_word` if it has none for any class
 */
export async function evaluateWords(
  config: Config,
  request: Reporter & { gallery: string; embedder: string },
): Promise<WordReport> {
  const items = await itemsIn(request.gallery, '--gallery', request.onWarning)
  return withEmbedder(config, request.embedder, request, async (embedder) => {
    const vocabulary = await vocabularyOf(config, request.embedder, embedder)
    if (vocabulary === undefined && !embedder.embedsText)
      throw new DomainError('not_supported', `The embedder "${embedder.name}" does not understand words.`)
    const gallery = await embedGallery(config, embedder, items, request)
    const classes: Record<string, WordScores> = {}
    const unknown: string[] = []
    for (const name of [...classesOf(gallery.items)].sort()) {
      const term = await termOfWords(name, embedder, vocabulary)
      if (term === undefined) unknown.push(name)
      else classes[name] = scoresOf(gallery, name, term)
    }
    const list = Object.values(classes)
    if (list.length === 0)
      throw new DomainError(
        'unknown_word',
        `The embedder "${embedder.name}" has words for no class of ${request.gallery}.`,
      )
    return {
      images: gallery.items.length,
      classes,
      unknown,
      meanAveragePrecision: mean(list.map(({ averagePrecision }) => averagePrecision)),
      precisionAt10: mean(list.map(({ precisionAt10 }) => precisionAt10)),
      descriptions: vocabulary && evaluateDescriptions(gallery, vocabulary),
    }
  })
}

/** Opens the vocabulary of an embedder, if it has one. */
export async function vocabularyOf(
  config: Config,
  name: string,
  { dimensions }: EmbedderClient,
): Promise<Vocabulary | undefined> {
  const files = vocabularyFilesOf(name, definitionOf(name, config.embedder_registry))
  return files && openVocabulary(files, dimensions)
}

/** Returns the name of a class as a part of a search; undefined if the embedder does not understand it. */
export async function termOfWords(
  className: string,
  embedder: EmbedderClient,
  vocabulary: Vocabulary | undefined,
): Promise<TermVectors | undefined> {
  const text = className.replaceAll('_', ' ')
  if (vocabulary === undefined && !embedder.embedsText) return undefined
  if (vocabulary === undefined) {
    const [vector] = await embedder.embedText([text])
    if (!(vector instanceof Float32Array)) throw vector
    return { ...termOf(vector), kind: 'text', words: [text] }
  }
  try {
    const known = vocabulary.find(text)
    return {
      weight: 1,
      kind: 'text',
      words: known.map(({ word }) => word),
      sets: known.map(({ vectors }) => vectors),
    }
  } catch (error) {
    if (error instanceof DomainError && error.code === 'unknown_word') return undefined
    throw error
  }
}

function scoresOf(gallery: EmbeddedItems, name: string, term: TermVectors): WordScores {
  const { items } = gallery
  const scores = Float32Array.from(items, (_, n) =>
    scoreByTerm(term, { image: vectorAt(gallery, n), colours: undefined }),
  )
  const relevant = [...items.keys()].filter((n) => items[n]!.className === name)
  const ranks = ranksOf(scores, relevant)
  return {
    words: term.words ?? [],
    images: relevant.length,
    averagePrecision: averagePrecision(ranks),
    precisionAt10: precisionAt(ranks, 10),
  }
}
