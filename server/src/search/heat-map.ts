import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import { DomainError } from '../errors.ts'
import { coloursOf } from '../gallery/colour-layout.ts'
import { type Crop, cropImage } from '../gallery/crop.ts'
import type { RgbImage } from '../gallery/resample.ts'
import { dot } from '../vector-math.ts'
import { scoreByTerm, sharesOf } from './combine.ts'
import { createPause } from './pause.ts'
import type { QueryTerm } from './query.ts'
import type { TermVectors } from './term-vectors.ts'
import type { Vocabulary } from './words/vocabulary.ts'

/** Where an image answers a query: the score of each place, `[height, width]`, row-major. */
export interface HeatMap {
  width: number
  height: number
  scores: Float32Array
}

/** How an image matches a query. */
export interface Match {
  /** The map of the whole query. */
  map: HeatMap
  /** The map of each part, and how the part was understood. */
  parts: (Pick<TermVectors, 'kind' | 'words'> & { map: HeatMap })[]
}

/** How closely a map looks at an image: `quick` at few large windows, `full` at many small ones. */
export const MAP_DETAILS = ['quick', 'full'] as const
export type MapDetail = (typeof MAP_DETAILS)[number]

/** Side of the windows of each detail, relative to that of the image. */
const WINDOW_SHARES: Readonly<Record<MapDetail, number>> = { quick: 1 / 2, full: 1 / 4 }
/** Windows side by side, which cover the image, and those that overlap them by half. */
const WINDOWS = { quick: gridOf(WINDOW_SHARES.quick), full: gridOf(WINDOW_SHARES.full) } as const
/** Overlapping windows that are added for each full map. More of them find no more (measured: bench/results/search.md). */
const ADDED_WINDOWS = 5
/** Places of a map on each axis: six for each window. */
const MAP_SIDE = 24
/**
 * Share of the likeness to the whole image that is subtracted from each place of a full map. It makes quick maps worse: their few large
 * windows mix a thing with its surroundings (measured: bench/results/search.md).
 */
const SCENE_SHARE = 0.5
/** Weight of a window at its edges, where others may not reach. */
const EDGE_WEIGHT = 1e-3

/** The size that an image has to cover when it is decoded, so that a window has enough pixels for the embedder. */
export function matchCover({ width, height }: { width: number; height: number }, detail: MapDetail) {
  const share = WINDOW_SHARES[detail]
  return { width: Math.ceil(width / share), height: Math.ceil(height / share) }
}

function gridOf(share: number): { cover: Crop[]; between: Crop[] } {
  const count = 2 / share - 1
  const places = Array.from({ length: count ** 2 }, (_, n) => [n % count, Math.floor(n / count)] as const)
  const { cover = [], between = [] } = Object.groupBy(places, ([x, y]) =>
    x % 2 === 0 && y % 2 === 0 ? 'cover' : 'between',
  )
  const windows = (list: typeof places) =>
    list.map(([x, y]) => ({ x: (x * share) / 2, y: (y * share) / 2, width: share, height: share }))
  return { cover: windows(cover), between: windows(between) }
}

export interface MatchSources {
  embedder: EmbedderClient
  vocabulary: Vocabulary | undefined
  /** Ends the work between two of its steps. */
  signal?: AbortSignal | undefined
}

/**
 * Scores windows of an image as if each was an image of its own, because small things are too small for the network in the whole image
 * (measured: bench/results/search.md). A quick map has one batch of windows side by side. A full one has smaller windows, and overlapping
 * ones where these score best. Within a window, the feature map of the embedder gives each place a score; without a feature map, the
 * whole window has one score. Full maps from a feature map subtract half of what a place has in common with all places. Each place gets
 * the mean of the windows that cover it, weighted towards their centres. Scores can be compared with those of results, and between
 * images.
 * @throws {DomainError} `embedder_failed`
 * @throws the reason of `signal` once that is aborted
 */
export async function matchImage(
  image: RgbImage,
  terms: readonly TermVectors[],
  { embedder, vocabulary, signal }: MatchSources,
  detail: MapDetail = 'full',
): Promise<Match> {
  const located = terms.map((term) => withWords(term, vocabulary))
  const shares = sharesOf(terms.map(({ weight }) => weight))
  const hasColours = terms.some(({ kind }) => kind === 'colours')
  const pause = createPause(signal)
  let scene: Scene | undefined
  const mapsOfParts = async (windows: readonly Crop[]) => {
    signal?.throwIfAborted()
    const grids = await readWindows(image, windows, embedder, hasColours)
    signal?.throwIfAborted()
    if (detail === 'full' && embedder.places !== undefined) scene ??= sceneOf(grids)
    const maps: WindowMap[][] = []
    for (const term of located) maps.push(await windowMaps(grids, term, scene, pause))
    return maps
  }
  // With one part, its map is that of the query.
  const withWhole = (parts: WindowMap[][]) => (parts.length === 1 ? parts : [sumOf(parts, shares), ...parts])
  const first = await mapsOfParts(WINDOWS[detail].cover)
  const best = detail === 'full' ? withWhole(first).flatMap((maps) => bestWindows(mapOf(maps))) : []
  const added = best.length === 0 ? [] : await mapsOfParts([...new Set(best)])
  const maps = withWhole(first.map((own, n) => [...own, ...(added[n] ?? [])])).map(mapOf)
  const parts = maps.slice(-terms.length)
  return {
    map: maps[0]!,
    parts: terms.map(({ kind, words }, n) => ({ kind, words, map: parts[n]! })),
  }
}

/** The nearest words show which things in a picture are meant, so that textures count less (measured: bench/results/search.md). */
function withWords(term: TermVectors, vocabulary: Vocabulary | undefined): TermVectors {
  if (term.kind !== 'image' || vocabulary === undefined) return term
  const sets = term.sets.map((set) =>
    set.map((one) => ({ ...one, vector: vocabulary.towardsWords(one.vector) })),
  )
  return { ...term, sets }
}

/** The whole image in the vector of a region helps to rank its own image, but hides where the region is. */
export function withoutWholeImage(term: QueryTerm): QueryTerm {
  if (term.kind !== 'region') return term
  return { kind: 'image', weight: term.weight, picture: term.picture, mayBeSketch: false }
}

/** A window with the vectors of its places, row by row. */
interface Grid {
  window: Crop
  width: number
  height: number
  places: Float32Array[]
  colours: Float32Array | undefined
}

async function readWindows(
  image: RgbImage,
  windows: readonly Crop[],
  embedder: EmbedderClient,
  hasColours: boolean,
): Promise<Grid[]> {
  const pictures = windows.map((window) => cropImage(image, window))
  const { dimensions, places: size = { width: 1, height: 1 } } = embedder
  const embedded = await (embedder.places === undefined
    ? embedder.embed(pictures, 'photo', 'query')
    : embedder.embedPlaces(pictures))
  return embedded.map((vectors, n) => {
    if (!(vectors instanceof Float32Array)) {
      const message = `The embedder "${embedder.name}" can't process this picture.`
      throw new DomainError('embedder_failed', message, { cause: vectors })
    }
    const places = Array.from({ length: size.width * size.height }, (_, place) =>
      vectors.subarray(place * dimensions, (place + 1) * dimensions),
    )
    return { window: windows[n]!, ...size, places, colours: hasColours ? coloursOf(pictures[n]!) : undefined }
  })
}

/** The windows with the best places of a map, without those that it is made of. */
function bestWindows({ width, height, scores }: HeatMap): Crop[] {
  const best = (window: Crop) => {
    let most = Number.NEGATIVE_INFINITY
    for (const [n, score] of scores.entries()) {
      const [x, y] = [((n % width) + 0.5) / width, (Math.floor(n / width) + 0.5) / height]
      if (placeIn(window, x, y) !== undefined) most = Math.max(most, score)
    }
    return most
  }
  return WINDOWS.full.between
    .map((window) => ({ window, score: best(window) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, ADDED_WINDOWS)
    .map(({ window }) => window)
}

interface WindowMap {
  window: Crop
  map: HeatMap
}

/** The common direction of the places of an image. */
interface Scene {
  /** A vector of unit length. */
  vector: Float32Array
  /** Mean scalar product of the places with it. */
  mean: number
}

/** @param grids windows that cover the image once */
function sceneOf(grids: readonly Grid[]): Scene {
  const places = grids.flatMap((grid) => grid.places)
  const sum = new Float32Array(places[0]!.length)
  for (const place of places) for (let i = 0; i < sum.length; i++) sum[i]! += place[i]!
  const length = Math.hypot(...sum) || 1
  return { vector: sum.map((value) => value / length), mean: length / places.length }
}

async function windowMaps(
  grids: readonly Grid[],
  term: TermVectors,
  scene: Scene | undefined,
  pause: () => Promise<void>,
): Promise<WindowMap[]> {
  // Likeness to the surroundings does not show where a thing is. Subtracting it from the mean keeps the mean of the map.
  const inCommon = (place: Float32Array) =>
    scene === undefined || term.kind === 'colours' ? 0 : SCENE_SHARE * (dot(place, scene.vector) - scene.mean)
  const maps: WindowMap[] = []
  for (const { window, width, height, places, colours } of grids) {
    const scores = new Float32Array(places.length)
    for (const [n, image] of places.entries()) {
      scores[n] = scoreByTerm(term, { image, colours }) - inCommon(image)
      await pause()
    }
    const map = { width, height, scores }
    // Single places are less reliable for words, whose vectors were made for whole pictures (measured: bench/results/search.md).
    maps.push({ window, map: term.kind === 'text' ? smoothed(map) : map })
  }
  return maps
}

/** The score of a query is the sum of the scores by its parts, each times its share. */
function sumOf(parts: readonly WindowMap[][], shares: readonly number[]): WindowMap[] {
  return parts[0]!.map(({ window, map: { width, height, scores } }, w) => {
    const sumAt = (place: number) =>
      shares.reduce((sum, share, n) => sum + share * parts[n]![w]!.map.scores[place]!, 0)
    return { window, map: { width, height, scores: scores.map((_, place) => sumAt(place)) } }
  })
}

/** Mixes each place with its neighbours on both axes, 1 : 2 : 1. */
function smoothed({ width, height, scores }: HeatMap): HeatMap {
  const at = (x: number, y: number) =>
    scores[Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))]!
  const inRow = (x: number, y: number) => (at(x - 1, y) + 2 * at(x, y) + at(x + 1, y)) / 4
  const mixed = scores.map((_, n) => {
    const [x, y] = [n % width, Math.floor(n / width)]
    return (inRow(x, y - 1) + 2 * inRow(x, y) + inRow(x, y + 1)) / 4
  })
  return { width, height, scores: mixed }
}

function mapOf(windows: readonly WindowMap[]): HeatMap {
  const scores = new Float32Array(MAP_SIDE * MAP_SIDE)
  for (let y = 0; y < MAP_SIDE; y++) {
    for (let x = 0; x < MAP_SIDE; x++)
      scores[y * MAP_SIDE + x] = scoreAt(windows, (x + 0.5) / MAP_SIDE, (y + 0.5) / MAP_SIDE)
  }
  return { width: MAP_SIDE, height: MAP_SIDE, scores }
}

/** @param x,y in 0…1 of the image */
function scoreAt(windows: readonly WindowMap[], x: number, y: number): number {
  let sum = 0
  let total = 0
  for (const { window, map } of windows) {
    const place = placeIn(window, x, y)
    if (place === undefined) continue
    const weight = (1 - Math.abs(2 * place.x - 1)) * (1 - Math.abs(2 * place.y - 1)) + EDGE_WEIGHT
    sum += weight * interpolated(map, place.x, place.y)
    total += weight
  }
  return sum / total
}

/** @returns the same place in 0…1 of the window, if it is in there */
function placeIn(window: Crop, x: number, y: number): { x: number; y: number } | undefined {
  const place = { x: (x - window.x) / window.width, y: (y - window.y) / window.height }
  return [place.x, place.y].every((value) => value >= 0 && value <= 1) ? place : undefined
}

/** Bilinear interpolation between the middles of places. @param x,y in 0…1 of the window */
function interpolated({ width, height, scores }: HeatMap, x: number, y: number): number {
  const [left, toRight] = neighbours(x, width)
  const [top, toBottom] = neighbours(y, height)
  const right = Math.min(left + 1, width - 1)
  const bottom = Math.min(top + 1, height - 1)
  const upper = scores[top * width + left]! * (1 - toRight) + scores[top * width + right]! * toRight
  const lower = scores[bottom * width + left]! * (1 - toRight) + scores[bottom * width + right]! * toRight
  return upper * (1 - toBottom) + lower * toBottom
}

/** @returns the place before, and the share of the one after it */
function neighbours(at: number, count: number): [before: number, share: number] {
  const position = Math.min(count - 1, Math.max(0, at * count - 0.5))
  const before = Math.floor(position)
  return [before, position - before]
}
