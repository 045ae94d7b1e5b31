import { createHash } from 'node:crypto'
import { basename, extname, resolve } from 'node:path'
import { unknownEmbedder } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { DomainError } from '../errors.ts'
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
  embedders: Record<string, Evaluation & { feedback?: number[]; close?: Closeness }>
}

export const RANDOM = 'random'
const RANDOM_DIMENSIONS = 64
/** Number of queries that are shown with their results. */
const SHOWN_QUERIES = 24

/**
 * Measures how well embedders find images of a query's class. Pictures are decoded, prepared and embedded by the code of the product.
 * @throws {DomainError} if a folder has no classes, or an embedder does not start
 */
export async function evaluateEmbedders(
  config: Config,
  request: EvaluationRequest,
): Promise<EvaluationReport> {
  const gallery = await itemsIn(request.gallery, '--gallery', request.onWarning)
  const queries = await itemsIn(request.queries, '--queries', request.onWarning)
  assertSharedClasses(gallery, queries, request)
  for (const name of request.embedders) assertKnown(name, config)
  const sampled = sampleOf(queries.length)
  const embedders: EvaluationReport['embedders'] = {}
  for (const name of [RANDOM, ...request.embedders]) {
    const embedded = await embedBoth(config, name, { gallery, queries }, request)
    const exactOf = request.hasPairs ? pairsIn(embedded.gallery.items) : undefined
    embedders[name] = await evaluate(embedded.gallery, embedded.expanded, {
      ...(exactOf && { exactOf }),
      sampled,
      onProgress: (done, all) => request.onProgress(`${name}: ranking`, done / all),
    })
    if (request.hasFeedback)
      embedders[name].feedback = precisionAfterFeedback(
        embedded.gallery,
        embedded.queries,
        FEEDBACK_ROUNDS,
        embedded.expanded,
      )
    if (embedded.closeScore !== undefined)
      embedders[name].close = closenessOf(embedded.gallery, embedded.expanded, embedded.closeScore)
    if (embedders[name].overall.queries === 0)
      throw new DomainError(
        'invalid_request',
        `No query of ${request.queries} could be evaluated: none of them, or no other image of their classes, could be read.`,
      )
  }
  return {
    gallery: {
      directory: resolve(request.gallery),
      images: gallery.length,
      classes: classesOf(gallery).size,
    },
    queries: { directory: resolve(request.queries), images: queries.length, kind: request.kind },
    embedders,
  }
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
