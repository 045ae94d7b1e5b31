import pTimeout from 'p-timeout'
import type { Catalog, Image, ImagePlace } from '../../catalog/catalog.ts'
import { MAX_PAIRS_PER_VECTOR } from '../../catalog/contract/vectors.ts'
import { confirmPairs } from './confirm-pairs.ts'

/** Groups of near-identical images, largest first, and how much of the gallery has been compared for them, 0…1. */
export interface Duplicates {
  groups: ImagePlace[][]
  progress: number
}

export interface DuplicateFinderOptions {
  catalog: Pick<Catalog, 'images' | 'vectors'>
  /** Whether an image is a link to another place of the gallery. It is no duplicate of its target. */
  isShown?: (image: ImagePlace) => Promise<boolean>
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

/**
 * Finds near-duplicates: images with the same bytes, and images whose vectors have at least the similarity `threshold` and that `confirmPairs` confirms, directly or
 * through others of the group. Each image takes about a millisecond, so requests during the comparison return the groups found so
 * far, and later comparisons only include new images.
 * @returns a function that finds the groups for a threshold
 */
export function createDuplicateFinder(
  options: DuplicateFinderOptions,
): (threshold: number) => Promise<Duplicates> {
  const searches = new Map<number, Search>()
  return (threshold) => {
    const search = searches.get(threshold) ?? createSearch(options, threshold)
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

function createSearch(options: DuplicateFinderOptions, threshold: number): Search {
  return new ThresholdSearch(options, threshold)
}

class ThresholdSearch implements Search {
  readonly #catalog
  readonly #isShown
  readonly #timeoutMs
  readonly #threshold: number
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
  ) {
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
    const { groups, isLossy } = await groupsOf(this.#catalog, this.#pairs, this.#isShown)
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
  isShown: (image: ImagePlace) => Promise<boolean>,
): Promise<{ groups: ImagePlace[][]; isLossy: boolean }> {
  const shared = await catalog.images.duplicateHashes()
  const found = await catalog.images.placesOf([...new Set([...shared, ...pairs.contents()])])
  const images: ImagePlace[] = []
  for (let start = 0; start < found.length; start += LINKS_AT_ONCE) {
    const part = found.slice(start, start + LINKS_AT_ONCE)
    const areShown = await Promise.all(part.map(isShown))
    images.push(...part.filter((_, n) => !areShown[n]))
  }
  // Deleted images connect no others.
  const { groupOf, isLossy } = pairs.join(new Set(found.map(({ contentHash }) => contentHash)))
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

/** Pairs of contents, eight bytes each: a million similar images can have millions of pairs. */
interface Pairs {
  readonly length: number
  add(a: string, b: string): void
  /** Removes the pairs beyond a number. */
  cutTo(length: number): void
  contents(): Iterable<string>
  /**
   * Joins the pairs whose contents both exist.
   * @returns the name of the group of each content; `isLossy` if a content has the maximum number of stored neighbours and some
   * of them are gone, because it may have further neighbours that were not stored
   */
  join(present: ReadonlySet<string>): { groupOf: (content: string) => string; isLossy: boolean }
}

function createPairs(): Pairs {
  const numbers = new Map<string, number>()
  let data = new Uint32Array(1024)
  let length = 0
  const numberOf = (content: string): number => {
    const number = numbers.get(content) ?? numbers.size
    numbers.set(content, number)
    return number
  }
  return {
    get length() {
      return length
    },
    add(a, b) {
      if (length + 2 > data.length) {
        const larger = new Uint32Array(2 * data.length)
        larger.set(data)
        data = larger
      }
      data[length++] = numberOf(a)
      data[length++] = numberOf(b)
    },
    cutTo(to) {
      length = Math.min(length, to)
    },
    contents: () => numbers.keys(),
    join(present) {
      const contents = [...numbers.keys()]
      const isThere = contents.map((content) => present.has(content))
      const parents = Uint32Array.from(contents, (_, n) => n)
      const noted = new Uint8Array(contents.length)
      const hasLost = new Uint8Array(contents.length)
      for (let n = 0; n < length; n += 2) {
        const [a, b] = [data[n]!, data[n + 1]!]
        noted[a]!++
        if (!isThere[b]) hasLost[a] = 1
        else if (isThere[a]) parents[rootOf(parents, a)] = rootOf(parents, b)
      }
      return {
        groupOf(content) {
          const number = numbers.get(content)
          return number === undefined ? content : contents[rootOf(parents, number)]!
        },
        isLossy: contents.some((_, n) => isThere[n] && hasLost[n] && noted[n]! >= MAX_PAIRS_PER_VECTOR),
      }
    },
  }
}

/** Finds the root in a forest of disjoint sets, and halves the path. */
function rootOf(parents: Uint32Array, item: number): number {
  let at = item
  while (parents[at] !== at) {
    parents[at] = parents[parents[at]!]!
    at = parents[at]!
  }
  return at
}
