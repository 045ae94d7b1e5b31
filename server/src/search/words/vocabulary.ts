import { readFile } from 'node:fs/promises'
import type { WeightedVector } from '../../catalog/catalog.ts'
import type { VocabularyFiles } from '../../embedding/vocabulary-files.ts'
import { DomainError } from '../../errors.ts'
import { nearestWords } from '../../suggestions.ts'
import { normalizeWord, singularForms } from './word-forms.ts'

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
}

interface Concept {
  /** Positions of its vectors. */
  rows: number[]
  /** Median and deviation of the best standardised vector over unrelated pictures. */
  median: number
  deviation: number
  /** The most frequent one first, as in the list of concepts. */
  words: string[]
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
  /** ISO 639-1. */
  readonly language: string
  readonly size: number
  readonly scores: WordScores
  /**
   * Finds a word or phrase, or the words of a phrase. Plurals and small spelling mistakes are accepted.
   * @throws {DomainError} `unknown_word` with the nearest words
   */
  find(text: string): KnownWord[]
  /** Returns words that begin with a prefix, then those with a later word that does; frequent ones first. */
  complete(prefix: string, limit: number): string[]
  /**
   * Describes an image by up to three words, the most specific one first; none if the model is not sure.
   * @param vector of the image, of unit length
   */
  describe(vector: Float32Array): string[]
}

/** Words between the words of a phrase that carry no picture. */
const FILLERS = new Set([
  'a',
  'an',
  'the',
  'and',
  'or',
  'with',
  'on',
  'in',
  'at',
  'of',
  'by',
  'near',
  'some',
  'to',
  'from',
  'my',
  'two',
])
/** Maximum number of spelling mistakes, by the length of the word. */
const MAX_MISTAKES = (length: number) => (length < 4 ? 0 : length < 7 ? 1 : 2)
const MAX_SUGGESTIONS = 5
const MAX_DESCRIPTIONS = 3
const MAX_PHRASE_WORDS = 4
/** Float16 takes two bytes. */
const BYTES_PER_NUMBER = 2

/**
 * Reads a vocabulary.
 * @param dimensions length of the vectors of images; numbers beyond those in the file are 0
 */
export async function openVocabulary(files: VocabularyFiles, dimensions: number): Promise<Vocabulary> {
  const content = JSON.parse(await readFile(files.words, 'utf8')) as VocabularyFile
  const bytes = new Uint8Array(await readFile(files.vectors))
  const numbers = new Float16Array(bytes.buffer, 0, bytes.byteLength / BYTES_PER_NUMBER)
  const length = numbers.length / content.rows.length
  const vectorOf = (row: number) => {
    const vector = new Float32Array(dimensions)
    vector.set(numbers.subarray(row * length, (row + 1) * length))
    return vector
  }
  return createVocabulary(content, vectorOf)
}

function createVocabulary(options: VocabularyFile, vectorOf: (row: number) => Float32Array): Vocabulary {
  return new FileVocabulary(options, vectorOf)
}

class FileVocabulary implements Vocabulary {
  readonly language
  readonly scores
  readonly #descriptions
  readonly #rows
  readonly #concepts
  readonly #plurals
  readonly #vectorOf: (row: number) => Float32Array
  readonly #conceptOf
  readonly #words
  #classVectors: Float32Array[] | undefined
  readonly size

  constructor(
    { language, scores, descriptions, rows, concepts, plurals }: VocabularyFile,
    vectorOf: (row: number) => Float32Array,
  ) {
    this.language = language
    this.scores = scores
    this.#descriptions = descriptions
    this.#rows = rows
    this.#concepts = concepts
    this.#plurals = plurals
    this.#vectorOf = vectorOf
    this.#conceptOf = new Map(
      this.#concepts.flatMap((concept) => concept.words.map((word) => [word, concept] as const)),
    )
    this.#words = [...this.#conceptOf.keys()]
    this.size = this.#words.length
  }

  find(text: string): KnownWord[] {
    const phrase = normalizeWord(text)
    const word = this.#exact(phrase) ?? this.#misspelled(phrase)
    if (word !== undefined) return [this.#known(word)]
    return this.#partsOf(phrase).map(this.#known)
  }

  complete(prefix: string, limit: number): string[] {
    const start = normalizeWord(prefix)
    if (start === '') return []
    const first = this.#words.filter((word) => word.startsWith(start))
    const later = this.#words.filter((word) => word.includes(` ${start}`) && !word.startsWith(start))
    return [...first, ...later].slice(0, limit)
  }

  describe(vector: Float32Array): string[] {
    const probabilities = this.#probabilitiesOf(vector)
    const sure = this.#concepts.filter(
      ({ rows: own }) =>
        own.reduce((sum, row) => sum + (probabilities[row] ?? 0), 0) >= this.#descriptions.probability,
    )
    const bySize = sure.toSorted((a, b) => a.rows.length - b.rows.length)
    const [specific] = bySize
    if (specific === undefined) return []
    // Concepts are in the order of the frequency of their words.
    const frequent = sure.filter((concept) => concept !== specific).slice(0, MAX_DESCRIPTIONS - 1)
    const chosen = new Set([specific, ...frequent])
    return bySize.filter((concept) => chosen.has(concept)).map((concept) => concept.words[0]!)
  }

  /** Softmax over the standardised cosines of the classes. */
  #probabilitiesOf(image: Float32Array): Float64Array {
    this.#classVectors ??= this.#rows
      .slice(0, this.#descriptions.classes)
      .map((_, row) => this.#vectorOf(row))
    const logits = Float64Array.from(this.#classVectors, (vector, row) => {
      const statistics = this.#rows[row]
      if (!statistics) return Number.NEGATIVE_INFINITY
      const cosine = vector.reduce((sum, value, i) => sum + value * image[i]!, 0)
      return (cosine - statistics[0]) / statistics[1] / this.#descriptions.temperature
    })
    const largest = Math.max(...logits)
    const weights = logits.map((logit) => Math.exp(logit - largest))
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    return weights.map((weight) => weight / total)
  }

  readonly #known = (word: string): KnownWord => {
    return { word, vectors: this.#vectorsOf(this.#conceptOf.get(word)!) }
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

  #exact(word: string): string | undefined {
    return singularForms(word, this.#plurals).find((form) => this.#conceptOf.has(form))
  }

  #misspelled(word: string): string | undefined {
    const [best] = this.#nearest(word)
    return best !== undefined && best.mistakes <= MAX_MISTAKES(word.length) ? best.word : undefined
  }

  /** Divides a phrase into the longest known phrases. */
  #partsOf(phrase: string): string[] {
    const tokens = phrase.split(' ')
    const found: string[] = []
    for (let start = 0; start < tokens.length; ) {
      if (FILLERS.has(tokens[start]!)) {
        start++
        continue
      }
      const most = Math.min(MAX_PHRASE_WORDS, tokens.length - start)
      const lengths = Array.from({ length: most }, (_, n) => most - n)
      const part = lengths
        .map((length) => ({ length, word: this.#exact(tokens.slice(start, start + length).join(' ')) }))
        .find(({ word }) => word !== undefined)
      const word = part?.word ?? this.#misspelled(tokens[start]!)
      if (word === undefined) throw this.#unknownWord(tokens.length === 1 ? phrase : tokens[start]!, phrase)
      found.push(word)
      start += part?.length ?? 1
    }
    if (found.length === 0) throw this.#unknownWord(phrase, phrase)
    return [...new Set(found)]
  }

  #unknownWord(word: string, phrase: string): DomainError {
    const suggestions = this.#suggestionsFor(word)
    const inPhrase = word === phrase ? '' : ` in ${JSON.stringify(phrase)}`
    return new DomainError('unknown_word', `The model has no word ${JSON.stringify(word)}${inPhrase}.`, {
      suggestions,
    })
  }

  #suggestionsFor(word: string): string[] {
    const containing = this.#words.filter((other) => word !== '' && other.split(' ').includes(word))
    const similar = this.#nearest(word).map((candidate) => candidate.word)
    return [...new Set([...containing, ...similar])].slice(0, MAX_SUGGESTIONS)
  }

  /** Known words by their distance in spelling; the more frequent of equally distant ones first. */
  #nearest(word: string): { word: string; mistakes: number }[] {
    return nearestWords(word, this.#words)
      .map(({ word: other, edits }) => ({ word: other, mistakes: edits }))
      .sort(
        (a, b) => a.mistakes - b.mistakes || Number(b.word[0] === word[0]) - Number(a.word[0] === word[0]),
      )
      .slice(0, MAX_SUGGESTIONS)
  }
}
