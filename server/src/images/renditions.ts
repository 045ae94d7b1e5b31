import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import type { Image } from '../catalog/catalog.ts'
import type { ImageReader } from '../gallery/image-reader.ts'
import type { RenditionSide, RenditionStore } from '../gallery/rendition-store.ts'
import type { FileContent, Originals } from './originals.ts'
import { storeIfPossible } from './store-if-possible.ts'

/** Versions of an image in a few sizes, made when they are first requested. */
export interface Renditions {
  /** WebP, upright, with this longest side; an image that is smaller is not enlarged. */
  rendition(image: Image, side: RenditionSide): Promise<FileContent>
}

export interface RenditionsOptions {
  reader: Pick<ImageReader, 'render'>
  renditions: RenditionStore
  isSearching: () => boolean
}

/** A version waits at most this long for searches to end. */
const MAX_DELAY_MS = 400
const SEARCH_PAUSE_MS = 10

export function createRenditions(
  { reader, renditions, isSearching }: RenditionsOptions,
  originals: Pick<Originals, 'read'>,
): Renditions {
  /** Each holds an original in memory. */
  const limit = pLimit(availableParallelism())
  /** Versions that are being made: requests for the same one share it. */
  const making = new Map<string, Promise<FileContent>>()

  return {
    async rendition(image, side) {
      const { contentHash } = image
      const stored = await renditions.read(contentHash, side)
      if (stored !== undefined) return { bytes: stored, matchesCatalog: true }
      const key = `${contentHash} ${side}`
      const inProgress = making.get(key)
      if (inProgress !== undefined) return inProgress
      const made = limit(() => make(image, side)).finally(() => making.delete(key))
      making.set(key, made)
      return made
    },
  }

  async function make(image: Image, side: RenditionSide): Promise<FileContent> {
    // Decoding takes the processors from a search, whose results replace the picture anyway.
    const latest = performance.now() + MAX_DELAY_MS
    while (isSearching() && performance.now() < latest) await sleep(SEARCH_PAUSE_MS)
    const { bytes, matchesCatalog } = await originals.read(image)
    const webp = await reader.render(bytes, side)
    if (matchesCatalog) await storeIfPossible(() => renditions.write(image.contentHash, side, webp))
    return { bytes: webp, matchesCatalog }
  }
}
