import pTimeout from 'p-timeout'
import type { Catalog, Image, ImagePlace } from '../../catalog/catalog.ts'
import { confirmPairs } from './confirm-pairs.ts'
import { EditedCopies } from './edited-copies.ts'
import { createPairs, type Pairs } from './pairs.ts'
import type { ReadThumbnail } from './structures.ts'

/** Groups of near-identical images, largest first, and how much of the gallery has been compared for them, 0…1. */
export interface Duplicates {
  groups: ImagePlace[][]
  progress: number
}

export interface DuplicateFinderOptions {
  catalog: Pick<Catalog, 'images' | 'vectors'>
  /** Whether an image is a link to another place of the gallery. It is no duplicate of its target. */
  isShown?: (image: ImagePlace) => Promise<boolean>
  /** Turned copies and copies without colours are found if thumbnails can be read. */
  thumbnail?: ReadThumbnail
  /** Maximum time to wait for a new result; afterwards the groups found so far are returned. */
  timeoutMs?: number
}

const COMPARISON_TIMEOUT_MS = 5_000
/** Time for which a result is kept: a multiple of the time that it took, within limits. */
const RESULT_AGE_FACTOR = 20
const MIN_RESULT_AGE_MS = 2_000
const MAX_RESULT_AGE_MS = 10 * 60_000
/** The comparison pauses when there was no request for this time. */
const IDLE_TIMEOUT_MS = 60_000
/** Ids are assigned before their transaction commits, so the newest ids are compared again. */
const RECOMPARED_IDS = 1_000
/** Maximum number of thresholds for which pairs are kept. */
const MAX_SEARCHES = 3
const MAX_MARKS = 200
const LINKS_AT_ONCE = 64
/** From this similarity on, only images with the same vector are wanted, and no edited copies. */
const IDENTICAL = 1

/**
 * Finds near-duplicates: images with the same bytes, images whose vectors have at least the similarity `threshold` and that `confirmPairs`
 * confirms, and `EditedCopies`, directly or through others of the group. Each image takes about a millisecond, so requests during the
 * comparison return the groups found so far, and later comparisons only include new images.
 * @returns a function that finds the groups for a threshold
 */
export function createDuplicateFinder(
  options: DuplicateFinderOptions,
): (threshold: number) => Promise<Duplicates> {
  const searches = new Map<number, Search>()
  const { catalog, thumbnail } = options
  const copies = thumbnail && new EditedCopies(catalog, thumbnail)
  const copiesFor = (threshold: number) => (threshold < IDENTICAL ? copies : undefined)
  return (threshold) => {
    const search = searches.get(threshold) ?? new ThresholdSearch(options, threshold, copiesFor(threshold))
    // Keeps the thresholds in the order of their last request.
    searches.delete(threshold)
    searches.set(threshold, search)
    const [oldest] = searches
    if (searches.size > MAX_SEARCHES && oldest !== undefined) {
      searches.delete(oldest[0])
      oldest[1].forget()
    }
    return search.request()
  }
}

interface Search {
  request(): Promise<Duplicates>
  forget(): void
}

class ThresholdSearch implements Search {
  readonly #catalog
  readonly #isShown
  readonly #timeoutMs
  readonly #threshold: number
  readonly #copies: EditedCopies | undefined
  #pairs = createPairs()
  /** Pairs of a comparison that started again, until it ends. */
  #renewed: Pairs | undefined
  /** Beginnings of the last sections. */
  #marks: Mark[] = []
  /** Id after which the next section begins; undefined when all have been compared. */
  #next: number | undefined
  #last = 0
  #compared = 0
  #progress = 0
  /** Some images had more neighbours than are stored, and some of the stored ones are gone. */
  #isIncomplete = false
  #comparing: Promise<void> | undefined
  #made: (Duplicates & { until: number }) | undefined
  #making: Promise<Duplicates> | undefined
  #askedAt = 0
  #isForgotten = false

  constructor(
    { catalog, isShown = async () => false, timeoutMs = COMPARISON_TIMEOUT_MS }: DuplicateFinderOptions,
    threshold: number,
    copies: EditedCopies | undefined,
  ) {
    this.#copies = copies
    this.#catalog = catalog
    this.#isShown = isShown
    this.#timeoutMs = timeoutMs
    this.#threshold = threshold
  }

  async request(): Promise<Duplicates> {
    this.#askedAt = performance.now()
    const isOver = this.#made === undefined || this.#askedAt > this.#made.until
    if (this.#comparing === undefined && (isOver || this.#progress < 1)) {
      this.#comparing = this.#compare().finally(() => {
        this.#comparing = undefined
      })
      // Requests that wait receive the error; the next request tries again.
      this.#comparing.catch(() => {})
    }
    if (this.#comparing !== undefined && isOver)
      await pTimeout(this.#comparing, { milliseconds: this.#timeoutMs, message: false })
    return this.#respond()
  }

  forget(): void {
    this.#isForgotten = true
  }

  async #compare(): Promise<void> {
    const { indexed } = await this.#catalog.images.counts()
    this.#next ??= this.#begin()
    while (!this.#isForgotten && performance.now() - this.#askedAt < IDLE_TIMEOUT_MS) {
      const part = await this.#catalog.vectors.similarPairs(this.#next, this.#threshold)
      this.#marks = [
        ...this.#marks.slice(-MAX_MARKS),
        { after: this.#next, compared: this.#compared, length: (this.#renewed ?? this.#pairs).length },
      ]
      for (const { a, b } of await confirmPairs(this.#catalog, part.pairs, this.#threshold)) {
        this.#pairs.add(a, b)
        this.#renewed?.add(a, b)
      }
      await this.#copies?.add(part.compared)
      this.#last = part.last ?? this.#last
      this.#compared += part.compared.length
      if (part.next === undefined) return this.#end()
      this.#next = part.next
      this.#progress = Math.min(0.99, this.#compared / Math.max(1, indexed))
    }
  }

  /** @returns the id after which the comparison begins: at the new vectors, or at the first one */
  #begin(): number {
    this.#progress = Math.min(this.#progress, 0.99)
    if (this.#isIncomplete) {
      this.#isIncomplete = false
      this.#renewed = createPairs()
      this.#marks = []
      this.#compared = 0
      return 0
    }
    const mark = this.#marks.findLast(({ after }) => after <= this.#last - RECOMPARED_IDS) ?? this.#marks[0]
    const from = mark ?? { after: 0, compared: 0, length: 0 }
    this.#marks = this.#marks.filter(({ after }) => after < from.after)
    this.#compared = from.compared
    this.#pairs.cutTo(from.length)
    return from.after
  }

  #end(): void {
    this.#next = undefined
    this.#progress = 1
    if (this.#renewed === undefined) return
    this.#pairs = this.#renewed
    this.#renewed = undefined
  }

  async #respond(): Promise<Duplicates> {
    if (
      this.#made !== undefined &&
      performance.now() < this.#made.until &&
      this.#made.progress >= this.#progress
    )
      return this.#made
    this.#making ??= this.#make(this.#progress).finally(() => {
      this.#making = undefined
    })
    const found = await this.#making
    // All have been compared meanwhile.
    return found.progress < 1 && this.#progress === 1 ? this.#respond() : found
  }

  async #make(progress: number): Promise<Duplicates> {
    const start = performance.now()
    const { groups, isLossy } = await groupsOf(
      this.#catalog,
      this.#pairs,
      this.#copies?.pairs ?? createPairs(),
      this.#isShown,
    )
    if (this.#renewed === undefined) this.#isIncomplete ||= isLossy
    const rest = (performance.now() - start) * RESULT_AGE_FACTOR
    const until = performance.now() + Math.min(MAX_RESULT_AGE_MS, Math.max(MIN_RESULT_AGE_MS, rest))
    this.#made = { groups, progress, until }
    return this.#made
  }
}

interface Mark {
  after: number
  compared: number
  /** Number of pairs at that time. */
  length: number
}

async function groupsOf(
  catalog: DuplicateFinderOptions['catalog'],
  pairs: Pairs,
  copies: Pairs,
  isShown: (image: ImagePlace) => Promise<boolean>,
): Promise<{ groups: ImagePlace[][]; isLossy: boolean }> {
  const shared = await catalog.images.duplicateHashes()
  const found = await catalog.images.placesOf([
    ...new Set([...shared, ...pairs.contents(), ...copies.contents()]),
  ])
  const images: ImagePlace[] = []
  for (let start = 0; start < found.length; start += LINKS_AT_ONCE) {
    const part = found.slice(start, start + LINKS_AT_ONCE)
    const areShown = await Promise.all(part.map(isShown))
    images.push(...part.filter((_, n) => !areShown[n]))
  }
  // Deleted images connect no others.
  const { groupOf, isLossy } = pairs.join(new Set(found.map(({ contentHash }) => contentHash)), copies)
  const groups = [...Map.groupBy(images, ({ contentHash }) => groupOf(contentHash)).values()]
    .filter((group) => group.length > 1)
    .sort((a, b) => b.length - a.length || (a[0]!.path < b[0]!.path ? -1 : 1))
  return { groups, isLossy }
}

/** Returns the current groups: without images that were deleted or changed after they were found, and without groups of one image. */
export async function withoutDeleted(catalog: Catalog, groups: readonly ImagePlace[][]): Promise<Image[][]> {
  const found = await catalog.images.getAll(groups.flat().map(({ id }) => id))
  const images = new Map(found.map((image) => [image.id, image]))
  return groups
    .map((group) =>
      group.flatMap(({ id, contentHash }) => {
        const image = images.get(id)
        return image?.contentHash === contentHash ? [image] : []
      }),
    )
    .filter((group) => group.length > 1)
}
