import { setTimeout as sleep } from 'node:timers/promises'
import type { Image } from '../catalog/catalog.ts'
import type { ImageReader } from '../gallery/image-reader.ts'
import type { RenditionSide, RenditionStore } from '../gallery/rendition-store.ts'
import type { FileContent, Originals } from './originals.ts'
import { createSharedWork } from './shared-work.ts'
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
  originals: Pick<Originals, 'readFor'>,
): Renditions {
  const share = createSharedWork<FileContent>()

  return {
    async rendition(image, side) {
      const stored = await renditions.read(image.contentHash, side)
      if (stored !== undefined) return { bytes: stored, matchesCatalog: true }
      // A copy at another path may be readable when this one is not.
      return share(`${image.id} ${side}`, () => make(image, side))
    },
  }

  async function make(image: Image, side: RenditionSide): Promise<FileContent> {
    // Decoding takes the processors from a search, whose results replace the picture anyway.
    const latest = performance.now() + MAX_DELAY_MS
    while (isSearching() && performance.now() < latest) await sleep(SEARCH_PAUSE_MS)
    return originals.readFor(image, 'tile', async ({ bytes, matchesCatalog }) => {
      const webp = await reader.render(bytes, side)
      if (matchesCatalog) await storeIfPossible(() => renditions.write(image.contentHash, side, webp))
      return { bytes: webp, matchesCatalog }
    })
  }
}
