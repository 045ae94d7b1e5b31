import { readFile } from 'node:fs/promises'
import type { Config } from '../config/schema.ts'
import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import { DomainError } from '../errors.ts'
import { decodeImage } from '../gallery/decode.ts'
import { toSystemPath } from '../gallery/file-names.ts'
import type { RgbImage } from '../gallery/resample.ts'
import { type HeatMap, matchCover, matchImage } from '../search/heat-map.ts'
import { type Crop, cropImage } from '../search/region.ts'
import { regionWithWhole, type TermVectors } from '../search/term-vectors.ts'
import type { Vocabulary } from '../search/words/vocabulary.ts'
import { type Composite, paste, placeOf } from './composites.ts'
import { embedImages, embedQueries, type Reporter, withEmbedder } from './embed.ts'
import type { EmbeddedItems } from './evaluate.ts'
import { bestScoresOf, scoresOf, sketchVectors, type Vectors, withWindows } from './image-windows.ts'
import { classesOf, itemsIn, type LocatedItem } from './items.ts'
import { averagePrecision, ranksOf, recallAt } from './metrics.ts'
import { termOfWords, vocabularyOf } from './words.ts'

/** Longer side of the pasted objects, relative to the shorter side of the scene. */
const SHARES = [1 / 2, 1 / 3, 1 / 4]
const RECALL_AT = 10

/** Results for objects of one size. Ranks begin at 1; all other values are 0…1. */
export interface PastedScores {
  share: number
  composites: number
  images: number
  /** By a region of an image, alone and as the product searches: the rank of that image, and mAP of the same kind without it. */
  regions: Record<'crop' | 'product', { medianRank: number; rankOf90: number; meanAveragePrecision: number }>
  /** By a photo of the object alone: mAP of the kind, and the share of queries with one of its composites among the first ten. */
  photos: FoundScores
  /** The same if each image also had vectors of nine overlapping windows of half its sides, of which the best one counts. */
  severalVectors: FoundScores
  /** By sketches of the kind, as the product searches. */
  sketches: FoundScores | undefined
  /** The share of composites with the maximum of the heat map on the object, by query; the first is the share of its area. */
  heat: { chance: number; region: number; photo: number; word: number | undefined }
}

export interface FoundScores {
  meanAveragePrecision: number
  recallAt10: number
}

export interface PastedRequest extends Reporter {
  gallery: string
  /** Photos in folders, without the things of the gallery. */
  scenes: string
  /** Sketches in folders of the same names as those of the gallery. */
  queries: string | undefined
  embedder: string
}

/**
 * Pastes photos of things into scenes and measures how well the things are found: the first half of each class is pasted into the
 * first half of the scenes, the other halves are images of the gallery by themselves.
 * @throws {DomainError} `invalid_request` if there are too few photos
 */
export async function evaluatePasted(config: Config, request: PastedRequest): Promise<PastedScores[]> {
  const photos = await itemsIn(request.gallery, '--gallery', request.onWarning)
  const scenes = await itemsIn(request.scenes, '--scenes', request.onWarning)
  const drawings =
    request.queries === undefined ? [] : await itemsIn(request.queries, '--queries', request.onWarning)
  const sets = divide(photos, scenes)
  if (sets.pasted.length < 2)
    throw new DomainError('invalid_request', '--gallery and --scenes need at least four photos each.')
  return withEmbedder(config, request.embedder, request, async (embedder) => {
    const vocabulary = await vocabularyOf(config, request.embedder, embedder)
    const cover = matchCover(embedder.inputSize)
    const decoded = (items: readonly LocatedItem[]) => decodeAll(config, items, cover)
    const images = {
      pasted: await decoded(sets.pasted),
      into: await decoded(sets.into),
      others: await decoded(sets.others),
      scenes: await decoded(sets.scenes),
    }
    const kinds = classesOf(sets.pasted)
    const sketches = drawings.filter(({ className }) => kinds.has(className))
    const context = {
      embedder,
      vocabulary,
      images,
      sets,
      sketches: await embedQueries(config, embedder, sketches, 'sketch', request),
    }
    const alone = await withWindows(embedder, [...images.others, ...images.scenes])
    const objects = await embedImages(embedder, images.pasted)
    const scores: PastedScores[] = []
    for (const [n, share] of SHARES.entries()) {
      request.onProgress(`${embedder.name}: pasted objects`, n / SHARES.length)
      scores.push(await scoresAt(share, context, { alone, objects }))
    }
    return scores
  })
}

interface Sets<T> {
  pasted: T[]
  into: T[]
  others: T[]
  scenes: T[]
}

interface Context {
  embedder: EmbedderClient
  vocabulary: Vocabulary | undefined
  images: Sets<RgbImage>
  sets: Sets<LocatedItem>
  sketches: EmbeddedItems
}

function divide(photos: readonly LocatedItem[], scenes: readonly LocatedItem[]): Sets<LocatedItem> {
  const classes = [...Map.groupBy(photos, ({ className }) => className).values()]
  const half = Math.floor(scenes.length / 2)
  // Round by round, so that each class has as many if there are few scenes.
  const rounds = (lists: LocatedItem[][]) =>
    Array.from({ length: Math.max(...lists.map(({ length }) => length)) }, (_, n) =>
      lists.flatMap((list) => list[n] ?? []),
    ).flat()
  const firsts = classes.map((list) => list.slice(0, Math.floor(list.length / 2)))
  const seconds = classes.map((list) => list.slice(Math.floor(list.length / 2)))
  const pasted = rounds(firsts).slice(0, half)
  return {
    pasted,
    into: scenes.slice(0, pasted.length),
    others: rounds(seconds).slice(0, pasted.length),
    scenes: scenes.slice(half, half + pasted.length),
  }
}

async function decodeAll(
  config: Config,
  items: readonly LocatedItem[],
  cover: { width: number; height: number },
): Promise<RgbImage[]> {
  const images: RgbImage[] = []
  for (const { file } of items) {
    const bytes = await readFile(toSystemPath(file))
    images.push((await decodeImage(bytes, cover, { maxPixels: config.limits.max_pixels })).image)
  }
  return images
}

async function scoresAt(
  share: number,
  context: Context,
  { alone, objects }: { alone: Vectors[]; objects: Float32Array[] },
): Promise<PastedScores> {
  const { embedder, images, sets, sketches } = context
  const composites = images.pasted.map((object, n) =>
    paste(images.into[n]!, object, share, placeOf(sets.pasted[n]!.contentHash)),
  )
  const gallery = [
    ...(await withWindows(
      embedder,
      composites.map(({ image }) => image),
    )),
    ...alone,
  ]
  const classes = [...sets.pasted, ...sets.others].map(({ className }) => className)
  const crops = await embedImages(
    embedder,
    composites.map(({ image, box }) => cropImage(image, box)),
  )
  const classOf = (n: number) => sets.pasted[n]!.className
  const rankingOf = (queries: readonly Float32Array[], scores = scoresOf) =>
    queries.map((query, n) => ({ scores: scores(query, gallery), own: n, className: classOf(n) }))
  const bySketches = sketchVectors(sketches, gallery, embedder).map((query, n) => ({
    scores: scoresOf(query, gallery),
    own: undefined,
    className: sketches.items[n]!.className,
  }))
  const otherPhotos = sets.pasted.map(({ className }) =>
    sets.others.findIndex((one) => one.className === className),
  )
  return {
    share,
    composites: composites.length,
    images: gallery.length,
    regions: {
      crop: regionScores(rankingOf(crops), classes),
      product: regionScores(
        rankingOf(crops.map((crop, n) => regionWithWhole(crop, gallery[n]!.whole))),
        classes,
      ),
    },
    photos: photoScores(rankingOf(objects), classes, composites.length),
    severalVectors: photoScores(rankingOf(objects, bestScoresOf), classes, composites.length),
    sketches: bySketches.length === 0 ? undefined : photoScores(bySketches, classes, composites.length),
    heat: await heatScores(
      composites,
      crops,
      otherPhotos.map((n) => alone[n]?.whole),
      context,
    ),
  }
}

interface Ranking {
  scores: Float32Array
  /** Position of the composite that the query belongs to, if it was taken from one. */
  own: number | undefined
  className: string
}

function regionScores(rankings: readonly (Ranking & { own: number })[], classes: readonly string[]) {
  const ranks = rankings.map(({ scores, own }) => ranksOf(scores, [own])[0]!).sort((a, b) => a - b)
  const precisions = rankings.map(({ scores, own, className }) => {
    const withoutOwn = scores.slice()
    withoutOwn[own] = Number.NEGATIVE_INFINITY
    return averagePrecision(ranksOf(withoutOwn, othersOf(className, classes, own)))
  })
  return {
    medianRank: ranks[Math.floor(ranks.length / 2)]!,
    rankOf90: ranks[Math.floor(ranks.length * 0.9)]!,
    meanAveragePrecision: mean(precisions),
  }
}

/** Composites of the kind are found by a photo of a thing. The one with that photo, and other photos of the kind, are left out. */
function photoScores(
  rankings: readonly Ranking[],
  classes: readonly string[],
  composites: number,
): FoundScores {
  const all = rankings.map(({ scores, own, className }) => {
    const others = othersOf(className, classes, own)
    const withoutPhotos = scores.slice()
    for (const n of [...(own === undefined ? [] : [own]), ...others.filter((other) => other >= composites)])
      withoutPhotos[n] = Number.NEGATIVE_INFINITY
    const relevant = others.filter((n) => n < composites)
    return relevant.length === 0 ? undefined : ranksOf(withoutPhotos, relevant)
  })
  const found = all.filter((ranks) => ranks !== undefined)
  return {
    meanAveragePrecision: mean(found.map(averagePrecision)),
    recallAt10: mean(found.map((ranks) => recallAt(ranks, RECALL_AT))),
  }
}

function othersOf(className: string, classes: readonly string[], own: number | undefined): number[] {
  return classes.flatMap((other, n) => (other === className && n !== own ? [n] : []))
}

async function heatScores(
  composites: readonly Composite[],
  crops: readonly Float32Array[],
  otherPhotos: readonly (Float32Array | undefined)[],
  { embedder, vocabulary, sets }: Context,
): Promise<PastedScores['heat']> {
  const hits = { region: [] as boolean[], photo: [] as boolean[], word: [] as boolean[] }
  for (const [n, { image, box }] of composites.entries()) {
    const word = await termOfWords(sets.pasted[n]!.className, embedder, vocabulary)
    const terms: Partial<Record<keyof typeof hits, TermVectors | undefined>> = {
      region: termOf(crops[n]!),
      photo: otherPhotos[n] && termOf(otherPhotos[n]),
      word,
    }
    const given = Object.entries(terms).filter(
      (entry): entry is [keyof typeof hits, TermVectors] => !!entry[1],
    )
    const { parts } = await matchImage(
      image,
      given.map(([, term]) => term),
      { embedder, vocabulary },
    )
    for (const [part, [kind]] of given.entries()) hits[kind].push(isOn(parts[part]!.map, box))
  }
  const shareOf = (list: readonly boolean[]) => mean(list.map(Number))
  return {
    chance: mean(composites.map(({ box }) => box.width * box.height)),
    region: shareOf(hits.region),
    photo: shareOf(hits.photo),
    word: hits.word.length === 0 ? undefined : shareOf(hits.word),
  }
}

function termOf(vector: Float32Array): TermVectors {
  return { weight: 1, kind: 'image', sets: [[{ vector, weight: 1, offset: 0 }]] }
}

/** Whether the middle of the hottest place is within the box. */
function isOn({ width, height, scores }: HeatMap, box: Crop): boolean {
  const best = scores.indexOf(Math.max(...scores))
  const x = ((best % width) + 0.5) / width
  const y = (Math.floor(best / width) + 0.5) / height
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
