import type { Config } from '../config/schema.ts'
import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import { type Crop, cropImage } from '../gallery/crop.ts'
import type { RgbImage } from '../gallery/resample.ts'
import type { WindowSize } from '../gallery/windows.ts'
import { type HeatMap, MAP_DETAILS, type MapDetail, matchCover, matchImage } from '../search/heat-map.ts'
import { regionWithWhole, type TermVectors } from '../search/term-vectors.ts'
import type { Vocabulary } from '../search/words/vocabulary.ts'
import { type Composite, paste, placeOf, sideOf } from './composites.ts'
import { embedImages, embedQueries, type Reporter, withEmbedder } from './embed.ts'
import type { EmbeddedItems } from './evaluate.ts'
import { scoresOf, sketchTerms, termOf, type Vectors, withWindows } from './image-windows.ts'
import { classesOf, itemsIn, type LocatedItem } from './items.ts'
import { averagePrecision, mean, ranksOf } from './metrics.ts'
import { divide, readSets, type Sets } from './pasted-sets.ts'
import { type ClassGallery, type ClassQuery, type FoundBy, foundScores, positionsOf } from './small-things.ts'
import { termOfWords, vocabularyOf } from './words.ts'

/** Longer side of the pasted objects, relative to the shorter side of the scene. */
const SHARES = [1 / 2, 1 / 3, 1 / 4]

/** Results for objects of one size. Ranks begin at 1; all other values are 0…1. */
export interface PastedScores {
  share: number
  /** By a region of an image, alone and as the product searches: the rank of that image, and mAP of the same kind without it. */
  regions: Record<'crop' | 'product', { medianRank: number; rankOf90: number; meanAveragePrecision: number }>
  /** How well pasted things of the kind of a query are found, by the size of the windows. */
  found: Record<WindowSize, FoundBy>
  /** The share of composites with the maximum of the heat map on the object; `chance` is the share of its area. */
  heat: Record<MapDetail, MapHits> & { chance: number }
}

/** By kind of query. */
export interface MapHits {
  region: number
  /** Undefined if no other photo shows a thing of the same kind. */
  photo: number | undefined
  word: number | undefined
}

export interface PastedReport {
  composites: number
  images: number
  sizes: PastedScores[]
  /** How well images of the kind of a query are found in a gallery without pasted things. */
  alone: Record<WindowSize, FoundBy>
}

export interface PastedRequest extends Reporter {
  gallery: string
  /** Photos in folders, without the things of the gallery. */
  scenes: string
  /** Sketches in folders of the same names as those of the gallery. */
  queries: string | undefined
  embedder: string
  /** Maximum number of pasted objects, as many of each class. Default: half of the photos or of the scenes. */
  limit?: number | undefined
}

/**
 * Pastes photos of things into scenes and measures how well the things are found: the first half of each class is pasted into the
 * first half of the scenes, the other halves are images of the gallery by themselves.
 * @throws {DomainError} `invalid_request` if there are too few photos
 */
export async function evaluatePasted(config: Config, request: PastedRequest): Promise<PastedReport> {
  const photos = await itemsIn(request.gallery, '--gallery', request.onWarning)
  const scenes = await itemsIn(request.scenes, '--scenes', request.onWarning)
  const drawings =
    request.queries === undefined ? [] : await itemsIn(request.queries, '--queries', request.onWarning)
  const sources = { photos, scenes, limit: request.limit }
  // Too few photos are reported before a model is loaded.
  divide(sources)
  return withEmbedder(config, request.embedder, request, async (embedder) => {
    const vocabulary = await vocabularyOf(config, request.embedder, embedder)
    const cover = matchCover(embedder.inputSize, 'full')
    const { sets, images } = await readSets(config, sources, cover, request.onWarning)
    const kinds = classesOf(sets.pasted)
    const sketches = drawings.filter(({ className }) => kinds.has(className))
    const onProgress = (what: string, done: number) => request.onProgress(`${embedder.name}: ${what}`, done)
    const context: Context = {
      embedder,
      vocabulary,
      images,
      sets,
      sketches: await embedQueries(config, embedder, sketches, 'sketch', request),
      words: await wordQueries([...kinds].sort(), embedder, vocabulary),
      objects: await embedImages(embedder, images.pasted, pathIn(sets.pasted)),
      alone: await withWindows(
        embedder,
        [...images.others, ...images.scenes],
        [...sets.others, ...sets.scenes].map(({ path }) => path),
        (done) => onProgress('images without pasted objects', done),
      ),
      onProgress,
    }
    const sizes: PastedScores[] = []
    for (const share of SHARES) sizes.push(await scoresAt(share, context))
    return {
      composites: sets.pasted.length,
      images: sets.pasted.length + context.alone.length,
      sizes,
      alone: foundWithout(context),
    }
  })
}

interface Context {
  embedder: EmbedderClient
  vocabulary: Vocabulary | undefined
  images: Sets<RgbImage>
  sets: Sets<LocatedItem>
  sketches: EmbeddedItems
  words: ClassQuery[]
  /** The vectors of the pasted photos. */
  objects: Float32Array[]
  /** The images that nothing is pasted into: other photos of the classes, then scenes. */
  alone: Vectors[]
  onProgress(what: string, done: number): void
}

function pathIn(items: readonly LocatedItem[]): (n: number) => string {
  return (n) => items[n]!.path
}

async function scoresAt(share: number, context: Context): Promise<PastedScores> {
  const { embedder, images, sets, objects, alone } = context
  const size = `objects of ${sideOf(share)}`
  const composites = images.pasted.map((object, n) =>
    paste(images.into[n]!, object, share, placeOf(sets.pasted[n]!.contentHash)),
  )
  const pasted = await withWindows(
    embedder,
    composites.map(({ image }) => image),
    sets.pasted.map(({ path }) => path),
    (done) => context.onProgress(size, done),
  )
  const gallery = [...pasted, ...alone]
  const classes = [...sets.pasted, ...sets.others].map(({ className }) => className)
  const crops = await embedImages(
    embedder,
    composites.map(({ image, box }) => cropImage(image, box)),
    pathIn(sets.pasted),
  )
  const rankingOf = (queries: readonly Float32Array[]) =>
    queries.map((query, own) => ({
      scores: scoresOf(termOf(query), gallery),
      own,
      className: classes[own]!,
    }))
  const wholes = pasted.map(({ whole }) => whole)
  return {
    share,
    regions: {
      crop: regionScores(rankingOf(crops), classes),
      product: regionScores(rankingOf(crops.map((crop, n) => regionWithWhole(crop, wholes[n]!))), classes),
    },
    found: foundWith(
      objects.map((vector, own) => ({ className: classes[own]!, term: termOf(vector), own })),
      { images: gallery, classes, relevant: pasted.length },
      context,
    ),
    heat: await heatScores(composites, crops, context, (done) => context.onProgress(`${size}, maps`, done)),
  }
}

/** Scores in a gallery of the images that nothing is pasted into. */
function foundWithout(context: Context): PastedReport['alone'] {
  const { sets, objects, alone } = context
  const classes = sets.others.map(({ className }) => className)
  const photos = objects.map((vector, n) => ({
    className: sets.pasted[n]!.className,
    term: termOf(vector),
  }))
  return foundWith(photos, { images: alone, classes, relevant: classes.length }, context)
}

function foundWith(
  photos: readonly ClassQuery[],
  gallery: ClassGallery,
  { sketches, words, embedder }: Context,
): Record<WindowSize, FoundBy> {
  const drawn = sketchTerms(sketches, gallery.images, embedder).map((term, n) => ({
    className: sketches.items[n]!.className,
    term,
  }))
  const foundBy = (windows: WindowSize): FoundBy => ({
    photo: foundScores(photos, gallery, windows),
    sketch: foundScores(drawn, gallery, windows),
    word: foundScores(words, gallery, windows),
  })
  return { none: foundBy('none'), half: foundBy('half'), quarter: foundBy('quarter') }
}

async function wordQueries(
  classes: readonly string[],
  embedder: EmbedderClient,
  vocabulary: Vocabulary | undefined,
): Promise<ClassQuery[]> {
  const queries: ClassQuery[] = []
  for (const className of classes) {
    const term = await termOfWords(className, embedder, vocabulary)
    if (term !== undefined) queries.push({ className, term })
  }
  return queries
}

interface Ranking {
  scores: Float32Array
  /** Position of the composite that the query was taken from. */
  own: number
  className: string
}

function regionScores(rankings: readonly Ranking[], classes: readonly string[]) {
  const ranks = rankings.map(({ scores, own }) => ranksOf(scores, [own])[0]!).sort((a, b) => a - b)
  const precisions = rankings.map(({ scores, own, className }) => {
    const withoutOwn = scores.slice()
    withoutOwn[own] = Number.NEGATIVE_INFINITY
    return averagePrecision(
      ranksOf(
        withoutOwn,
        positionsOf(className, classes).filter((n) => n !== own),
      ),
    )
  })
  return {
    medianRank: ranks[Math.floor(ranks.length / 2)]!,
    rankOf90: ranks[Math.floor(ranks.length * 0.9)]!,
    meanAveragePrecision: mean(precisions),
  }
}

async function heatScores(
  composites: readonly Composite[],
  crops: readonly Float32Array[],
  { embedder, vocabulary, sets, words, alone }: Context,
  onProgress: (done: number) => void,
): Promise<PastedScores['heat']> {
  const hits: Record<MapDetail, Hits> = { quick: noHits(), full: noHits() }
  const otherPhotos = sets.pasted.map(({ className }, n) => {
    const photos = positionsOf(
      className,
      sets.others.map((one) => one.className),
    )
    const before = sets.pasted.slice(0, n).filter((one) => one.className === className)
    // Each object is searched by a photo of its own.
    return photos[before.length % photos.length] ?? -1
  })
  for (const [n, { image, box }] of composites.entries()) {
    onProgress(n / composites.length)
    const { className } = sets.pasted[n]!
    const other = alone[otherPhotos[n]!]
    const terms: Partial<Record<keyof Hits, TermVectors | undefined>> = {
      region: termOf(crops[n]!),
      photo: other && termOf(other.whole),
      word: words.find((query) => query.className === className)?.term,
    }
    const given = Object.entries(terms).filter((entry): entry is [keyof Hits, TermVectors] => !!entry[1])
    const queries = given.map(([, term]) => term)
    for (const detail of MAP_DETAILS) {
      const { parts } = await matchImage(image, queries, { embedder, vocabulary }, detail)
      for (const [part, [kind]] of given.entries()) hits[detail][kind].push(isOn(parts[part]!.map, box))
    }
  }
  return {
    chance: mean(composites.map(({ box }) => box.width * box.height)),
    quick: sharesOf(hits.quick),
    full: sharesOf(hits.full),
  }
}

type Hits = Record<keyof MapHits, boolean[]>

function noHits(): Hits {
  return { region: [], photo: [], word: [] }
}

function sharesOf({ region, photo, word }: Hits): MapHits {
  const shareOf = (list: readonly boolean[]) => mean(list.map(Number))
  const shareOrNone = (list: readonly boolean[]) => (list.length === 0 ? undefined : shareOf(list))
  return { region: shareOf(region), photo: shareOrNone(photo), word: shareOrNone(word) }
}

/** Whether the middle of the hottest place is within the box. */
function isOn({ width, height, scores }: HeatMap, box: Crop): boolean {
  const best = scores.indexOf(Math.max(...scores))
  const x = ((best % width) + 0.5) / width
  const y = (Math.floor(best / width) + 0.5) / height
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height
}
