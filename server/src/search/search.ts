import type { Catalog, ImageFilter, NearestQuery, NearestResult, Page } from '../catalog/catalog.ts'
import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import { DomainError } from '../errors.ts'
import type { ImageReader } from '../gallery/image-reader.ts'
import { hashOfBytes } from '../hashing.ts'
import type { QueryKind } from '../saved-queries/saved-queries.ts'
import { limitSize, prepareQuery, queryCover } from './prepare-query.ts'
import { type Crop, cropImage } from './region.ts'

/** A picture to search with: the bytes of an image file. */
export interface Picture {
  bytes: Uint8Array
  kind: QueryKind
  crop?: Crop | undefined
}

/** One of several examples; `weight` is positive also for those whose like is not wanted. */
export interface QueryTerm {
  /** A picture is read when its turn comes: many at once may be large. */
  source: (() => Promise<Picture>) | { imageId: string }
  weight: number
}

export interface SearchOptions extends Page {
  filter: ImageFilter
  /** At most so many images are found, then cut into pages. */
  topK: number
}

export interface SearchResult extends NearestResult {
  /** What a picture was taken for. */
  kind: 'sketch' | 'image'
  /** Where the time went, in milliseconds. */
  timings: { prepare: number; embed: number; nearest: number }
}

export interface ImageSearch {
  /** Whether a search is under way. */
  readonly isBusy: boolean
  /** @throws {DomainError} `image_unreadable`, `image_too_large`, `blank_sketch`, `embedder_failed` */
  byPicture(picture: Picture, options: SearchOptions): Promise<SearchResult>
  /** By an indexed image, which comes first. @throws {DomainError} `image_not_found`, `not_indexed` */
  byImage(imageId: string, options: SearchOptions): Promise<SearchResult>
  /**
   * More like these, less like those, which are not among what is found themselves, nor are their copies. At least one of
   * `positive` is needed.
   */
  byTerms(positive: QueryTerm[], negative: QueryTerm[], options: SearchOptions): Promise<SearchResult>
}

interface Embedded {
  vector: Float32Array
  /** Where it is a file of the gallery. */
  contentHash?: string
}

/**
 * How strongly unwanted examples push against wanted ones. With more than this, what is wanted goes away as well (measured:
 * bench/results/search.md).
 */
const NEGATIVE_SHARE = 0.25

export function createImageSearch(
  catalog: Catalog,
  embedder: EmbedderClient,
  reader: ImageReader,
  onSearch: (timings: SearchResult['timings']) => void = () => {},
): ImageSearch {
  let active = 0

  return {
    get isBusy() {
      return active > 0
    },

    byPicture: (picture, options) =>
      counted(async (timings) => {
        const { vector, kind } = await vectorOfPicture(picture, timings)
        return nearest(vector, kind, timings, options)
      }),

    byImage: (imageId, options) =>
      counted(async (timings) => {
        const { vector } = await embeddedImage(imageId)
        const result = await nearest(vector, 'image', timings, { ...options, alwaysInclude: imageId })
        // Deleted or changed meanwhile, it is not answered with others, as if it were there.
        if (options.offset === 0 && result.images[0]?.id !== imageId) await embeddedImage(imageId)
        return result
      }),

    byTerms: (positive, negative, options) =>
      counted(async (timings) => {
        if (positive.length === 0) {
          throw new DomainError('invalid_request', 'At least one positive example is needed.')
        }
        const positives = await embedTerms(positive, timings)
        const negatives = await embedTerms(negative, timings)
        const vector = combine(
          positives.map(({ vector }) => vector),
          positive.map(({ weight }) => weight),
          negatives.map(({ vector }) => vector),
          negative.map(({ weight }) => weight),
        )
        const excludeHashes = negatives.flatMap(({ contentHash }) => contentHash ?? [])
        return nearest(vector, 'image', timings, { ...options, excludeHashes })
      }),
  }

  async function counted(
    search: (timings: SearchResult['timings']) => Promise<SearchResult>,
  ): Promise<SearchResult> {
    active++
    try {
      return await search({ prepare: 0, embed: 0, nearest: 0 })
    } finally {
      active--
    }
  }

  async function nearest(
    vector: Float32Array,
    kind: SearchResult['kind'],
    timings: SearchResult['timings'],
    options: SearchOptions & Pick<NearestQuery, 'alwaysInclude' | 'excludeHashes'>,
  ): Promise<SearchResult> {
    const start = performance.now()
    const result = await catalog.vectors.nearest({ vector, ...options })
    timings.nearest = performance.now() - start
    onSearch(timings)
    return { ...result, kind, timings }
  }

  async function vectorOfPicture(
    { bytes, kind, crop }: Picture,
    timings: SearchResult['timings'],
  ): Promise<Embedded & { kind: SearchResult['kind'] }> {
    const start = performance.now()
    const known = crop === undefined && kind !== 'sketch' ? await embeddedBytes(bytes) : undefined
    if (known !== undefined) {
      timings.prepare += performance.now() - start
      return { ...known, kind: 'image' }
    }
    const decoded = await reader.decode(bytes, queryCover(embedder.inputSize, crop))
    const image =
      crop === undefined ? decoded.image : limitSize(embedder.inputSize, cropImage(decoded.image, crop))
    const prepared = prepareQuery(image, kind, embedder)
    const prepareEnd = performance.now()
    const [vector] = await embedder.embed(
      [prepared.image],
      prepared.kind === 'sketch' ? 'sketch' : 'photo',
      'query',
    )
    // What the embedder said is not for whoever asks; the host has told the log.
    if (!(vector instanceof Float32Array)) {
      const message = `The embedder "${embedder.name}" can do nothing with this picture.`
      throw new DomainError('embedder_failed', message, { cause: vector })
    }
    timings.prepare += prepareEnd - start
    timings.embed += performance.now() - prepareEnd
    return { vector, kind: prepared.kind }
  }

  /** A file of the gallery that is sent along need not be embedded again, and is no sketch. */
  async function embeddedBytes(bytes: Uint8Array): Promise<Embedded | undefined> {
    const contentHash = hashOfBytes(bytes)
    if (!(await catalog.images.contentInfo(contentHash))?.hasVector) return undefined
    const [image] = await catalog.images.byContentHash([contentHash])
    return image && (await catalog.vectors.get([image.id]))[0]
  }

  async function embedTerms(examples: QueryTerm[], timings: SearchResult['timings']): Promise<Embedded[]> {
    const embedded: Embedded[] = []
    for (const { source } of examples) {
      embedded.push(
        'imageId' in source
          ? await embeddedImage(source.imageId)
          : await vectorOfPicture(await source(), timings),
      )
    }
    return embedded
  }

  async function embeddedImage(id: string): Promise<Embedded> {
    const [found] = await catalog.vectors.get([id])
    if (found !== undefined) return found
    if ((await catalog.images.get(id)) === undefined) throw imageNotFound(id)
    throw new DomainError('not_indexed', 'This image has not been embedded yet: try again in a moment.')
  }
}

export function imageNotFound(id: string): DomainError {
  return new DomainError('image_not_found', `There is no image with the id ${JSON.stringify(id)}.`)
}

/**
 * The query that moves towards the wanted examples and away from the unwanted ones: the difference of their weighted
 * means (J. J. Rocchio: "Relevance feedback in information retrieval", 1971).
 */
export function combine(
  positives: Float32Array[],
  wantedWeights: number[],
  negatives: Float32Array[],
  unwantedWeights: number[],
): Float32Array {
  const query = new Float32Array(positives[0]!.length)
  addMean(query, positives, wantedWeights, 1)
  addMean(query, negatives, unwantedWeights, -NEGATIVE_SHARE)
  return query
}

function addMean(target: Float32Array, vectors: Float32Array[], weights: number[], share: number): void {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  for (const [n, vector] of vectors.entries()) {
    const factor = (share * weights[n]!) / total
    for (let i = 0; i < target.length; i++) target[i]! += factor * vector[i]!
  }
}
