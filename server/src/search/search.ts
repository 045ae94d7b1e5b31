import pLimit from 'p-limit'
import type { ImageFilter, Page, ScoredImage } from '../catalog/catalog.ts'
import { DomainError } from '../errors.ts'
import { CLOSE_COLOURS } from './colours.ts'
import { combine, scoreByTerm, scoreOf } from './combine.ts'
import { withExpandedSketches } from './expand-sketches.ts'
import type { FormerIndex } from './former-index.ts'
import { type MapDetail, type Match, matchCover, matchImage, withoutWholeImage } from './heat-map.ts'
import { createPause } from './pause.ts'
import type { Picture, QueryTerm, TermKind } from './query.ts'
import { type Ranking, rank, vectorsReader } from './rank.ts'
import { type TermTimings, type TermVectors, type VectorSources, vectorOf } from './term-vectors.ts'
import { MIN_SAMPLE, sampleVectors } from './words/gallery-scale.ts'

export interface SearchOptions extends Page {
  filter: ImageFilter
  /** Maximum number of results, before they are divided into pages. */
  topK: number
  /** Adds the score of each term to each image. */
  scoresTerms?: boolean | undefined
  /** Adds the words of each image, if the model is sure of some. */
  describes?: boolean | undefined
  /** Language of these words, ISO 639-1. Default: the first one of the vocabulary. */
  language?: string | undefined
  /** Ends the search between two of its steps: a newer search of the same client does not wait for it. */
  signal?: AbortSignal | undefined
}

export interface FoundImage extends ScoredImage {
  /** Scores by each term alone; only with `scoresTerms`. */
  scores?: number[]
  /** Words that describe the image, the most specific one first; only with `describes`. */
  words?: string[]
}

export interface SearchResult extends Ranking {
  images: FoundImage[]
  /** The kind if there is one term; `image` for several. */
  kind: TermKind
  /** How each term was understood. */
  terms: Pick<TermVectors, 'kind' | 'words'>[]
  /** In milliseconds. */
  timings: { prepare: number; embed: number; nearest: number }
}

interface MatchedImage {
  id: string
  picture: Picture
  /** Language of the words for it. */
  language?: string | undefined
}

/** Why an image matches. */
export interface ExplainedMatch extends Match {
  /** Scores at both ends of the colour scale of the maps. It does not depend on the image. */
  scale: { low: number; high: number }
  /** Words that describe the image, the most specific one first. */
  words: string[]
}

export interface ImageSearch {
  /** Whether a search is in progress. */
  readonly isBusy: boolean
  /**
   * Finds images by one or more terms. An indexed image that is the only term comes first. Indexed images among the unwanted
   * terms are left out, as are their copies.
   * @throws {DomainError} `invalid_request` if no term has a positive weight, or if the terms have too many words of the vocabulary;
   * the errors of `vectorOf`
   * @throws the reason of `signal` once that is aborted
   */
  find(terms: readonly QueryTerm[], options: SearchOptions): Promise<SearchResult>
  /**
   * Explains where an image answers a query.
   * @param signal ends the work between two of its steps
   * @throws {DomainError} as `find`; those of reading the picture
   * @throws the reason of `signal` once that is aborted
   */
  match(
    image: MatchedImage,
    terms: readonly QueryTerm[],
    detail: MapDetail,
    signal?: AbortSignal,
  ): Promise<ExplainedMatch>
}

/**
 * Beyond one batch of the embedder and one search in preparation, further searches would only hold decoded pictures in memory. They
 * wait, first come, first served.
 */
const SEARCHES_AT_ONCE = 16
/** A word can have 128 vectors, with which every place of a heat map is compared. */
const MAX_WORDS = 20

export function createImageSearch(
  sources: VectorSources,
  onSearch: (timings: SearchResult['timings']) => void = () => {},
  former?: FormerIndex,
): ImageSearch {
  let active = 0
  const limit = pLimit(SEARCHES_AT_ONCE)
  const answer = <T>(terms: readonly QueryTerm[], work: (sources: VectorSources) => Promise<T>) =>
    former === undefined ? work(sources) : former.search(terms, work)
  return {
    get isBusy() {
      return active > 0
    },

    async find(terms, options) {
      active++
      try {
        const result = await limit(() => {
          // Its client may have gone while it waited.
          options.signal?.throwIfAborted()
          return answer(terms, (chosen) => find(chosen, terms, options))
        })
        onSearch(result.timings)
        return result
      } finally {
        active--
      }
    },

    async match(image, terms, detail, signal) {
      active++
      try {
        return await answer(terms, (chosen) => explainMatch({ ...chosen, signal }, image, terms, detail))
      } finally {
        active--
      }
    },
  }
}

async function find(
  chosen: VectorSources,
  terms: readonly QueryTerm[],
  { signal, ...options }: SearchOptions,
): Promise<SearchResult> {
  assertWanted(terms)
  const sources = { ...chosen, signal }
  const timings = { prepare: 0, embed: 0, nearest: 0 }
  const embedded = await vectorsOf(terms, sources, timings)
  const start = performance.now()
  const counted = await withExpandedSketches(embedded.filter(hasWeight), sources)
  signal?.throwIfAborted()
  const [only, ...others] = terms.filter(hasWeight)
  const alwaysInclude = others.length === 0 && only?.kind === 'image id' ? only.id : undefined
  const ranking = await rank(sources, combine(counted), {
    ...options,
    alwaysInclude,
    closeScore: combinedCloseScore(counted, (term) => closeScoreOf(term, sources)),
    excludeHashes: counted.flatMap(({ weight, contentHash }) => (weight < 0 ? (contentHash ?? []) : [])),
  })
  // An image that was deleted or changed meanwhile is an error: the results would look as if it were still there.
  if (alwaysInclude !== undefined && options.offset === 0 && ranking.images[0]?.id !== alwaysInclude)
    await vectorOf(only!, sources, timings)
  signal?.throwIfAborted()
  const vectors = withWeightless(embedded, counted)
  const images = await explained(ranking.images, vectors, sources, options)
  timings.nearest = performance.now() - start
  return {
    ...ranking,
    images,
    kind: counted.length === 1 ? counted[0]!.kind : 'image',
    terms: vectors.map(({ kind, words }) => ({ kind, words })),
    timings,
  }
}

function assertWanted(terms: readonly QueryTerm[]): void {
  if (!terms.some(({ weight }) => weight > 0))
    throw new DomainError('invalid_request', 'At least one positive example is needed.')
}

/** @throws {DomainError} `invalid_request` for too many words */
async function vectorsOf(
  terms: readonly QueryTerm[],
  sources: VectorSources,
  timings: TermTimings,
): Promise<TermVectors[]> {
  const pause = createPause(sources.signal)
  const embedded: TermVectors[] = []
  let words = 0
  for (const term of terms) {
    const vectors = await vectorOf(term, sources, timings)
    sources.signal?.throwIfAborted()
    await pause()
    if (term.kind === 'text' && sources.vocabulary !== undefined) words += vectors.sets.length
    if (words > MAX_WORDS)
      throw new DomainError('invalid_request', `A search can have at most ${MAX_WORDS} words.`)
    embedded.push(vectors)
  }
  return embedded
}

const hasWeight = ({ weight }: { weight: number }) => weight !== 0

/** The terms as they were counted, each in the place of the embedded one; those without weight as they are, for their scores alone. */
function withWeightless(embedded: readonly TermVectors[], counted: readonly TermVectors[]): TermVectors[] {
  let next = 0
  return embedded.map((term) => (hasWeight(term) ? counted[next++]! : term))
}

async function explainMatch(
  sources: VectorSources,
  { id, picture, language }: MatchedImage,
  terms: readonly QueryTerm[],
  detail: MapDetail,
): Promise<ExplainedMatch> {
  assertWanted(terms)
  const { catalog, embedder, reader, vocabulary, signal } = sources
  const timings = { prepare: 0, embed: 0 }
  const embedded = await vectorsOf(terms.map(withoutWholeImage), sources, timings)
  const counted = await withExpandedSketches(embedded.filter(hasWeight), sources)
  const vectors = withWeightless(embedded, counted)
  signal?.throwIfAborted()
  const { image } = await reader.decode(await picture.read(), matchCover(embedder.inputSize, detail))
  const [own] = await catalog.vectors.get([id])
  return {
    ...(await matchImage(image, vectors, sources, detail)),
    scale: await scaleOf(counted, sources),
    words: own === undefined ? [] : (vocabulary?.describe(own.vector, language) ?? []),
  }
}

/** Deviations above the mean of the gallery that have full heat, for models without a score of close matches. */
const FULL_HEAT = 5

/** The colour scale of heat maps: with a calibrated model, the score from which matches are close in general is in its middle. */
async function scaleOf(
  terms: readonly TermVectors[],
  sources: VectorSources,
): Promise<ExplainedMatch['scale']> {
  const close = combinedCloseScore(terms, (term) => calibratedScore(term, sources))
  if (close !== undefined) return { low: 0, high: 2 * close }
  const query = combine(terms)
  const sample = await sampleVectors(sources.catalog)
  const scores = sample.map((image) => scoreOf(query, { image, colours: undefined }))
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length
  if (scores.length < MIN_SAMPLE || variance === 0) return { low: 0, high: 1 }
  return { low: mean, high: mean + FULL_HEAT * Math.sqrt(variance) }
}

/** The score from which matches by a term of this kind are close, if it was chosen for the model. */
function calibratedScore(
  { kind }: TermVectors,
  { vocabulary }: Pick<VectorSources, 'vocabulary'>,
): number | undefined {
  return kind === 'colours' ? CLOSE_COLOURS : vocabulary?.scores.close[kind]
}

/** The score from which matches by a term are close. */
function closeScoreOf(term: TermVectors, sources: Pick<VectorSources, 'vocabulary'>): number | undefined {
  const score = calibratedScore(term, sources)
  return score === undefined ? undefined : (term.closeScore?.(score) ?? score)
}

/** The score from which matches count as close: that of each wanted term, combined as the scores are. */
function combinedCloseScore(
  terms: readonly TermVectors[],
  scoreOfTerm: (term: TermVectors) => number | undefined,
): number | undefined {
  const wanted = terms.filter(({ weight }) => weight > 0)
  const total = wanted.reduce((sum, { weight }) => sum + weight, 0)
  let score = 0
  for (const term of wanted) {
    const close = scoreOfTerm(term)
    if (close === undefined) return undefined
    score += (term.weight * close) / total
  }
  return score
}

/** Adds the scores by each term and the words of the images, as requested. */
async function explained(
  images: ScoredImage[],
  terms: readonly TermVectors[],
  sources: Pick<VectorSources, 'catalog' | 'vocabulary' | 'hasWindows' | 'signal'>,
  { scoresTerms, describes, language }: Pick<SearchOptions, 'scoresTerms' | 'describes' | 'language'>,
): Promise<FoundImage[]> {
  if (!scoresTerms && !describes) return images
  const isScoreOfTerm = terms.length === 1 && isPlain(terms[0]!)
  if (isScoreOfTerm && !describes) return images.map((image) => ({ ...image, scores: [image.score] }))
  const ids = images.map(({ id }) => id)
  const { vocabulary } = sources
  const vectorsOfImage = await vectorsReader(
    sources,
    ids,
    terms.some(({ kind }) => kind === 'colours'),
  )
  const pause = createPause(sources.signal)
  const found: FoundImage[] = []
  for (const image of images) {
    const vectors = vectorsOfImage(image.id)
    const scores = scoresTerms ? { scores: terms.map((term) => scoreByTerm(term, vectors)) } : {}
    const words =
      describes && vectors.image ? { words: vocabulary?.describe(vectors.image, language) ?? [] } : {}
    found.push({ ...image, ...scores, ...words })
    await pause()
  }
  return found
}

/** Whether the score of an image by a term is the scalar product with one vector: what a search by this term alone is ordered by. */
function isPlain({ kind, sets }: TermVectors): boolean {
  const [[only, ...more] = [], ...others] = sets
  return (
    kind !== 'colours' && more.length === 0 && others.length === 0 && only?.weight === 1 && only.offset === 0
  )
}
