import type { Catalog, Image, StoredContent } from '../../catalog/catalog.ts'
import { createPause } from '../pause.ts'
import { signatureOf } from './light.ts'
import { LightIndex } from './light-index.ts'
import { isTransposed, type Orientation } from './orientation.ts'
import { createPairs, type Pairs } from './pairs.ts'
import { isSameStructure } from './structure.ts'
import { createStructures, type ReadThumbnail, type Structures } from './structures.ts'

/** Images with similar light and shade that are looked up for each image, and those whose pixels are compared; the most similar ones. */
const MAX_SIMILAR = 24
const MAX_COMPARED = 3
/** Width and height of copies are rounded, which matters in small ones. */
const MAX_ASPECT_RATIO = 1.04

/**
 * Finds copies that vectors do not: turned by quarters, mirrored, or without colours. Images with similar light and shade in any orientation
 * are candidates, and the structure of their pixels confirms them. Each image has few candidates, whatever the gallery contains.
 */
export class EditedCopies {
  /** Confirmed pairs of contents. */
  readonly pairs: Pairs = createPairs()
  readonly #catalog
  readonly #structures: Structures
  readonly #index = new LightIndex()
  /** Ids of the vectors of the images in the index. */
  readonly #ids: number[] = []
  readonly #added = new IdSet()
  #adding: Promise<unknown> = Promise.resolve()

  constructor(catalog: Pick<Catalog, 'images' | 'vectors'>, read: ReadThumbnail) {
    this.#catalog = catalog
    this.#structures = createStructures(read)
  }

  /** Compares images that have not been added yet with each other and with all that have. */
  add(stored: readonly StoredContent[]): Promise<void> {
    const adding = this.#adding.then(() => this.#addNew(stored.filter(({ id }) => !this.#added.has(id))))
    // Who added the images receives the error; they are added again by the next call.
    this.#adding = adding.catch(() => {})
    return adding
  }

  async #addNew(stored: readonly StoredContent[]): Promise<void> {
    if (stored.length === 0) return
    const images = await this.#imagesOf(stored)
    const pause = createPause(undefined)
    const similar: Similar[] = []
    const added: number[] = []
    for (const { id, contentHash } of stored) {
      const image = images.get(contentHash)
      if (image?.thumbhash === undefined) continue
      added.push(id)
      const signature = signatureOf(image.thumbhash)
      if (signature === undefined) continue
      for (const { entry, orientations } of this.#index.find(signature).slice(0, MAX_SIMILAR))
        similar.push({ image, otherId: this.#ids[entry]!, orientations })
      this.#ids[this.#index.add(signature)] = id
      await pause()
    }
    await this.#confirm(similar)
    for (const id of added) this.#added.add(id)
  }

  async #confirm(similar: readonly Similar[]): Promise<void> {
    if (similar.length === 0) return
    const stored = await this.#catalog.vectors.contentsOf([...new Set(similar.map(({ otherId }) => otherId))])
    const contents = new Map(stored.map(({ id, contentHash }) => [id, contentHash]))
    const images = await this.#imagesOf(stored)
    for (const [image, candidates] of Map.groupBy(similar, (one) => one.image)) {
      const fitting = candidates.flatMap(({ otherId, orientations }) => {
        const other = images.get(contents.get(otherId) ?? '')
        if (other === undefined || other.contentHash === image.contentHash) return []
        const possible = orientations.filter((orientation) => hasAspectOf(image, other, orientation))
        return possible.length === 0 ? [] : [{ other, orientations: possible }]
      })
      for (const { other, orientations } of fitting.slice(0, MAX_COMPARED))
        if (await this.#isCopy(image, other, orientations))
          this.pairs.add(image.contentHash, other.contentHash)
    }
  }

  async #isCopy(image: Image, other: Image, orientations: readonly Orientation[]): Promise<boolean> {
    const structure = await this.#structures.of(image)
    const ofOther = structure && (await this.#structures.of(other))
    if (structure === undefined || ofOther === undefined) return false
    return orientations.some((orientation) => isSameStructure(ofOther, structure, orientation))
  }

  async #imagesOf(stored: readonly StoredContent[]): Promise<Map<string, Image>> {
    const contents = [...new Set(stored.map(({ contentHash }) => contentHash))]
    const images = await this.#catalog.images.byContentHash(contents)
    return new Map(images.map((image) => [image.contentHash, image]))
  }
}

interface Similar {
  image: Image
  /** Id of the vector of the other image. */
  otherId: number
  orientations: Orientation[]
}

/** Whether an image has the shape of another one when it is turned. */
function hasAspectOf(image: Image, other: Image, orientation: Orientation): boolean {
  const aspect = image.width / image.height
  const ratio = (isTransposed(orientation) ? 1 / aspect : aspect) / (other.width / other.height)
  return Math.max(ratio, 1 / ratio) <= MAX_ASPECT_RATIO
}

/** Numbers of rows, one bit each. */
class IdSet {
  #bits = new Uint8Array(1024)

  has(id: number): boolean {
    return ((this.#bits[Math.floor(id / 8)] ?? 0) & (1 << (id % 8))) !== 0
  }

  add(id: number): void {
    const at = Math.floor(id / 8)
    if (at >= this.#bits.length) {
      const larger = new Uint8Array(2 * at)
      larger.set(this.#bits)
      this.#bits = larger
    }
    this.#bits[at]! |= 1 << (id % 8)
  }
}
