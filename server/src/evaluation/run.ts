import { createHash } from 'node:crypto'
import { basename, extname, resolve } from 'node:path'
import { unknownEmbedder } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { DomainError, type ErrorCode } from '../errors.ts'
import { toUnitLength } from '../vector-math.ts'
import { type Closeness, closenessOf } from './closeness.ts'
import { embedGallery, embedQueries, type Reporter, withEmbedder } from './embed.ts'
import { type EmbeddedItems, type Evaluation, evaluate, type Item } from './evaluate.ts'
import { type ExpandedQueries, expandQueries } from './expand-queries.ts'
import { FEEDBACK_ROUNDS, precisionAfterFeedback } from './feedback.ts'
import { classesOf, itemsIn, type LocatedItem } from './items.ts'
import { vocabularyOf } from './words.ts'

export interface EvaluationRequest extends Reporter {
  /** Folders whose first level are the classes. */
  gallery: string
  queries: string
  kind: 'sketch' | 'image'
  /** Names of embedders, beside the random one. */
  embedders: readonly string[]
  /** Whether a query `X-3` belongs to the gallery's image `X`. */
  hasPairs: boolean
  /** Whether rounds of feedback are simulated. */
  hasFeedback: boolean
  /** Whether sketches are expanded as in a search, for embedders that request it. */
  expandsSketches: boolean
}

export interface EvaluationReport {
  gallery: { directory: string; images: number; classes: number }
  queries: { directory: string; images: number; kind: 'sketch' | 'image' }
  /** By the embedder's name; `random` is the first. */
  embedders: Record<string, Evaluated>
  /** Why embedders could not be evaluated, by their names. */
  failed?: Record<string, string>
}

interface Evaluated extends Evaluation {
  feedback?: number[]
  close?: Closeness
}

export const RANDOM = 'random'
/** Evaluated besides those that are asked for. */
export const BASELINE = 'classical'
const RANDOM_DIMENSIONS = 64
/** Number of queries that are shown with their results. */
const SHOWN_QUERIES = 24

/**
 * Measures how well embedders find images of a query's class. Pictures are decoded, prepared and embedded by the code of the product.
 * An embedder that fails is left out of the report, with its reason, if another one of those that were asked for does not.
 * @throws {DomainError} if a folder has no classes, an embedder does not start, or all fail
 */
export async function evaluateEmbedders(
  config: Config,
  request: EvaluationRequest,
): Promise<EvaluationReport> {
  const gallery = await itemsIn(request.gallery, '--gallery', request.onWarning)
  const queries = await itemsIn(request.queries, '--queries', request.onWarning)
  assertSharedClasses(gallery, queries, request)
  for (const name of request.embedders) assertKnown(name, config)
  // One that does not start is reported before the work of others.
  for (const name of request.embedders) await withEmbedder(config, name, request, async () => {})
  const embedders: EvaluationReport['embedders'] = {}
  const failed: Record<string, string> = {}
  let error: unknown
  for (const name of [RANDOM, ...request.embedders]) {
    try {
      embedders[name] = await evaluateOne(config, name, { gallery, queries }, request)
    } catch (caught) {
      if (!isFailureOfEmbedder(caught)) throw caught
      error ??= caught
      failed[name] = caught.message
    }
  }
  if (
    request.embedders.every((name) => name === BASELINE || embedders[name] === undefined) &&
    error !== undefined
  )
    throw error
  return {
    gallery: {
      directory: resolve(request.gallery),
      images: gallery.length,
      classes: classesOf(gallery).size,
    },
    queries: { directory: resolve(request.queries), images: queries.length, kind: request.kind },
    embedders,
    ...(error !== undefined && { failed }),
  }
}

const FAILURES: ReadonlySet<ErrorCode> = new Set(['embedder_unavailable', 'embedder_failed', 'unavailable'])

function isFailureOfEmbedder(error: unknown): error is DomainError {
  return error instanceof DomainError && FAILURES.has(error.code)
}

async function evaluateOne(
  config: Config,
  name: string,
  items: { gallery: LocatedItem[]; queries: LocatedItem[] },
  request: EvaluationRequest,
): Promise<Evaluated> {
  const { gallery, queries, expanded, closeScore } = await embedBoth(config, name, items, request)
  const exactOf = request.hasPairs ? pairsIn(gallery.items) : undefined
  const result: Evaluated = await evaluate(gallery, expanded, {
    ...(exactOf && { exactOf }),
    sampled: sampleOf(items.queries.length),
    onProgress: (done, all) => request.onProgress(`${name}: ranking`, done / all),
  })
  if (request.hasFeedback)
    result.feedback = precisionAfterFeedback(gallery, queries, FEEDBACK_ROUNDS, expanded)
  if (closeScore !== undefined) result.close = closenessOf(gallery, expanded, closeScore)
  if (result.overall.queries === 0)
    throw new DomainError(
      'invalid_request',
      `No query of ${request.queries} could be evaluated: none of them, or no other image of their classes, could be read.`,
    )
  return result
}

/** Checks the name before anything is embedded. */
function assertKnown(name: string, { embedder_registry: registry }: Config): void {
  const reason = unknownEmbedder(name, registry.embedders)
  if (reason !== undefined) throw new DomainError('invalid_request', `--embedder: ${reason}`)
}

function assertSharedClasses(
  gallery: readonly Item[],
  queries: readonly Item[],
  request: EvaluationRequest,
): void {
  const known = classesOf(gallery)
  const unknown = [...classesOf(queries)].filter((name) => !known.has(name))
  if (unknown.length === classesOf(queries).size) {
    throw new DomainError(
      'invalid_request',
      `${request.queries} and ${request.gallery} have no class in common: folders of the same name are a class.`,
    )
  }
  if (unknown.length > 0) {
    request.onWarning(
      `Queries of ${unknown.length} classes that the gallery does not have are left out: ${unknown.join(', ')}.`,
    )
  }
}

/** Some of the queries, spread evenly. */
function sampleOf(count: number): Set<number> {
  const samples = Math.min(SHOWN_QUERIES, count)
  return new Set(Array.from({ length: samples }, (_, n) => Math.floor((n * count) / samples)))
}

/** A query named `X-3` belongs to the image named `X`, of its class if there are several. */
export function pairsIn(gallery: readonly Item[]): (query: Item) => number | undefined {
  const byName = new Map(gallery.map(({ className, path }, n) => [`${className}/${stemOf(path)}`, n]))
  return ({ className, path }) => byName.get(`${className}/${stemOf(path).replace(/-[^-]*$/, '')}`)
}

function stemOf(path: string): string {
  return basename(path, extname(path))
}

interface Embedded {
  gallery: EmbeddedItems
  queries: EmbeddedItems
  expanded: ExpandedQueries
  /** Score from which matches are close, if the embedder has one. */
  closeScore?: number | undefined
}

async function embedBoth(
  config: Config,
  name: string,
  { gallery, queries }: { gallery: LocatedItem[]; queries: LocatedItem[] },
  request: EvaluationRequest,
): Promise<Embedded> {
  if (name === RANDOM) {
    const directions = randomVectors(queries, 'query')
    return { gallery: randomVectors(gallery, ''), queries: directions, expanded: directions }
  }
  return withEmbedder(config, name, request, async (embedder) => {
    const found = await embedGallery(config, embedder, gallery, request)
    const asked = await embedQueries(config, embedder, queries, request.kind, request)
    const { sketchExpansion } = embedder
    const expands = request.kind === 'sketch' && request.expandsSketches && sketchExpansion !== undefined
    const closeScore = (await vocabularyOf(config, name, embedder))?.scores.close[request.kind]
    const expanded = expands ? expandQueries(found, asked, sketchExpansion, closeScore) : asked
    return { gallery: found, queries: asked, expanded, closeScore }
  })
}

/** Random directions, the same in every run. */
function randomVectors(items: readonly LocatedItem[], salt: string): EmbeddedItems {
  const vectors = new Float32Array(items.length * RANDOM_DIMENSIONS)
  for (const [n, { contentHash, path }] of items.entries()) {
    const bytes = createHash('shake256', { outputLength: RANDOM_DIMENSIONS * 2 })
      .update(`${salt}${contentHash}${path}`)
      .digest()
    const vector = Float32Array.from({ length: RANDOM_DIMENSIONS }, (_, d) => bytes.readInt16LE(2 * d))
    vectors.set(toUnitLength(vector), n * RANDOM_DIMENSIONS)
  }
  return { items, vectors, dimensions: RANDOM_DIMENSIONS }
}
