import { readFile } from 'node:fs/promises'
import type { WeightedVector } from '../../catalog/catalog.ts'
import type { VocabularyFiles } from '../../embedding/vocabulary-files.ts'
import { dot, toUnitLength } from '../../vector-math.ts'
import { type Completion, completeEnd } from './completion.ts'
import {
  type Concept,
  createLexicon,
  exactWord,
  isKnown,
  type Lexicon,
  misspelledWord,
  partsOf,
} from './lexicon.ts'
import { normalizeWord } from './word-forms.ts'

/** A file that `model/vocabulary.py` writes. */
interface VocabularyFile {
  language: string
  scores: WordScores
  descriptions: {
    /** The first rows are classes that exclude each other. */
    classes: number
    temperature: number
    /** Minimum probability of the classes of a word that describes a picture. */
    probability: number
  }
  /** Mean and deviation of the cosine of each vector to unrelated pictures; null for a vector without a word. */
  rows: ([mean: number, deviation: number] | null)[]
  concepts: Concept[]
  plurals: Record<string, string>
  /** See `Lexicon`. */
  others?: string[]
}

/** A file that `model/translations.py` writes. */
interface TranslationFile {
  language: string
  /** The words for concepts, by their position in the vocabulary. */
  concepts: Record<string, string[]>
  others?: string[]
}

/** The scale of scores: words are calibrated to scores that can be added to cosine similarities of pictures. */
interface WordScores {
  /** Score of an unrelated picture, and the deviation among unrelated pictures. */
  mean: number
  deviation: number
  /** Scores from which matches count as close, by kind of query. */
  close: { sketch: number; image: number; text: number }
}

/** A word of the vocabulary with the vectors of all its meanings. The score of an image is its best one. */
interface KnownWord {
  word: string
  vectors: WeightedVector[]
}

/** The words that a model without a text encoder understands. */
export interface Vocabulary {
  /** ISO 639-1; the first one is that of words without a given language. */
  readonly languages: readonly string[]
  /** Number of words of the first language. */
  readonly size: number
  readonly scores: WordScores
  /**
   * Finds a word or phrase, or the words of a phrase. Plurals and small spelling mistakes are accepted.
   * @param language in which words are looked up before the others
   * @throws {DomainError} `unknown_word` with the nearest words and the place of the unknown one
   */
  find(text: string, language?: string): KnownWord[]
  /** Completes the last word of a text, or its last words; frequent ones first. */
  complete(text: string, limit: number, language?: string): Completion
  /** Whether `find` takes a text without a correction of its spelling. */
  covers(text: string, language?: string): boolean
  /**
   * Describes an image by up to three words, the most specific one first; none if the model is not sure.
   * @param vector of the image, of unit length
   * @param probability from which the model is sure of a word. Default: that of the vocabulary
   */
  describe(vector: Float32Array, language?: string, probability?: number): string[]
  /** Probability from which a word describes an image. */
  readonly sureFrom: number
  /** The classes that exclude each other, of those that a word stands for. Empty if it stands for none of them, or is not known. */
  classesOf(word: string): ReadonlySet<number>
  /** Moves the vector of an image halfway to the vectors of the classes that it probably shows. @returns unit length */
  towardsWords(vector: Float32Array): Float32Array
}

const MAX_DESCRIPTIONS = 3
/** Float16 takes two bytes. */
const BYTES_PER_NUMBER = 2

/**
 * Reads a vocabulary.
 * @param dimensions length of the vectors of images; numbers beyond those in the file are 0
 */
export async function openVocabulary(files: VocabularyFiles, dimensions: number): Promise<Vocabulary> {
  const readJson = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'))
  const content = (await readJson(files.words)) as VocabularyFile
  const translations = (await Promise.all(files.translations.map(readJson))) as TranslationFile[]
  const bytes = new Uint8Array(await readFile(files.vectors))
  const numbers = new Float16Array(bytes.buffer, 0, bytes.byteLength / BYTES_PER_NUMBER)
  const length = numbers.length / content.rows.length
  const vectorOf = (row: number) => {
    const vector = new Float32Array(dimensions)
    vector.set(numbers.subarray(row * length, (row + 1) * length))
    return vector
  }
  return new FileVocabulary(content, translations, vectorOf)
}

class FileVocabulary implements Vocabulary {
  readonly languages
  readonly scores
  readonly #descriptions
  readonly #rows
  readonly #concepts
  readonly #vectorOf: (row: number) => Float32Array
  readonly #lexicons: readonly Lexicon[]
  #classVectors: Float32Array[] | undefined
  readonly size

  constructor(
    { language, scores, descriptions, rows, concepts, plurals, others }: VocabularyFile,
    translations: readonly TranslationFile[],
    vectorOf: (row: number) => Float32Array,
  ) {
    this.scores = scores
    this.#descriptions = descriptions
    this.#rows = rows
    this.#concepts = concepts
    this.#vectorOf = vectorOf
    this.#lexicons = [
      createLexicon(
        language,
        concepts.map((concept) => [concept, concept.words]),
        { plurals, others },
      ),
      ...translations.map((file) =>
        createLexicon(
          file.language,
          Object.entries(file.concepts).map(([at, words]) => [concepts[Number(at)]!, words]),
          { others: file.others },
        ),
      ),
    ]
    this.languages = this.#lexicons.map((lexicon) => lexicon.language)
    this.size = this.#lexicons[0]!.words.length
  }

  find(text: string, language?: string): KnownWord[] {
    const lexicons = this.#startingWith(language)
    const phrase = normalizeWord(text)
    const found = exactWord(lexicons, phrase) ?? misspelledWord(lexicons, phrase)
    const entries = found === undefined ? partsOf(lexicons, text) : [found]
    return entries.map(({ word, concept }) => ({ word, vectors: this.#vectorsOf(concept) }))
  }

  complete(text: string, limit: number, language?: string): Completion {
    return completeEnd(this.#startingWith(language), text, limit)
  }

  covers(text: string, language?: string): boolean {
    return isKnown(this.#startingWith(language), text)
  }

  /** The lexicons, that of a language first. */
  #startingWith(language: string | undefined): Lexicon[] {
    return this.#lexicons.toSorted(
      (a, b) => Number(b.language === language) - Number(a.language === language),
    )
  }

  get sureFrom(): number {
    return this.#descriptions.probability
  }

  classesOf(word: string): ReadonlySet<number> {
    const entry = exactWord(this.#lexicons, normalizeWord(word))
    return new Set(entry?.concept.rows.filter((row) => row < this.#descriptions.classes))
  }

  describe(vector: Float32Array, language?: string, probability = this.sureFrom): string[] {
    const probabilities = this.#probabilitiesOf(vector)
    const sure = this.#concepts.filter(
      ({ rows: own }) => own.reduce((sum, row) => sum + (probabilities[row] ?? 0), 0) >= probability,
    )
    const bySize = sure.toSorted((a, b) => a.rows.length - b.rows.length)
    const [specific] = bySize
    if (specific === undefined) return []
    // Concepts are in the order of the frequency of their words.
    const frequent = sure.filter((concept) => concept !== specific).slice(0, MAX_DESCRIPTIONS - 1)
    const chosen = new Set([specific, ...frequent])
    const { firstWords } = this.#startingWith(language)[0]!
    return bySize
      .filter((concept) => chosen.has(concept))
      .map((concept) => firstWords.get(concept) ?? concept.words[0]!)
  }

  towardsWords(image: Float32Array): Float32Array {
    const probabilities = this.#probabilitiesOf(image)
    const words = new Float32Array(image.length)
    for (const [row, vector] of this.#classVectors!.entries()) {
      const weight = probabilities[row]! / (this.#rows[row]?.[1] ?? 1)
      for (let i = 0; i < words.length; i++) words[i]! += weight * vector[i]!
    }
    const direction = toUnitLength(words)
    return toUnitLength(toUnitLength(image).map((value, i) => value + direction[i]!))
  }

  /** Softmax over the standardised cosines of the classes. */
  #probabilitiesOf(image: Float32Array): Float64Array {
    this.#classVectors ??= this.#rows
      .slice(0, this.#descriptions.classes)
      .map((_, row) => this.#vectorOf(row))
    const logits = Float64Array.from(this.#classVectors, (vector, row) => {
      const statistics = this.#rows[row]
      if (!statistics) return Number.NEGATIVE_INFINITY
      const cosine = dot(vector, image)
      return (cosine - statistics[0]) / statistics[1] / this.#descriptions.temperature
    })
    const largest = Math.max(...logits)
    const weights = logits.map((logit) => Math.exp(logit - largest))
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    return weights.map((weight) => weight / total)
  }

  /**
   * Standardises each vector, then the best of them, over unrelated pictures: a set of many vectors has more chances to be
   * near to any picture. Both steps are linear in the cosine.
   */
  #vectorsOf(concept: Concept): WeightedVector[] {
    return concept.rows.map((row) => {
      const [mean, deviation] = this.#rows[row]!
      return {
        vector: this.#vectorOf(row),
        weight: this.scores.deviation / (concept.deviation * deviation),
        offset:
          this.scores.mean -
          (this.scores.deviation * (mean / deviation + concept.median)) / concept.deviation,
      }
    })
  }
}
