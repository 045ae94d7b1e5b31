import { setTimeout as sleep } from 'node:timers/promises'
import type { Catalog, Image } from '../catalog/catalog.ts'

/** Groups of near-identical images, largest first, and how much of the gallery has been compared for them, 0…1. */
export interface Duplicates {
  groups: Image[][]
  progress: number
}

export interface DuplicateFinderOptions {
  catalog: Pick<Catalog, 'nearPairs' | 'sharedContents' | 'imagesOfContents' | 'counts'>
  /** Whether a link shows what lies elsewhere in the gallery: that is no duplicate of itself. */
  isShown?: (image: Image) => Promise<boolean>
  /** So long the first answer is waited for; after that what has been found so far is given. */
  patienceMs?: number
}

const PATIENCE_MS = 5_000
/** How long an answer is kept, as a multiple of the time that making it took, and at least and at most. */
const REST = 20
const SHORTEST_REST_MS = 2_000
const LONGEST_REST_MS = 10 * 60_000
/** Comparing stops when nobody has asked for so long, and goes on when somebody does. */
const UNASKED_MS = 60_000
/** Vectors get their numbers before they are there to be seen, so that the last ones are compared again. */
const AGAIN = 1_000
/** Whoever asks for thresholds in turn begins anew each time. */
const MOST_SEARCHES = 2
const LINKS_AT_ONCE = 64

/**
 * Finds near-duplicates: images with the same bytes, and those whose vectors are at least `threshold` alike, directly or through
 * others of the group. Comparing every image with its neighbours takes a millisecond each: whoever asks meanwhile is given what
 * has been found so far, and later only what has come since is compared.
 * @returns asks for a threshold
 */
export function createDuplicateFinder(
  options: DuplicateFinderOptions,
): (threshold: number) => Promise<Duplicates> {
  const searches = new Map<number, Search>()
  return (threshold) => {
    const search = searches.get(threshold) ?? createSearch(options, threshold)
    // The last one that was asked for is the last to be forgotten.
    searches.delete(threshold)
    searches.set(threshold, search)
    const [oldest] = searches
    if (searches.size > MOST_SEARCHES && oldest !== undefined) {
      searches.delete(oldest[0])
      oldest[1].forget()
    }
    return search.ask()
  }
}

interface Search {
  ask(): Promise<Duplicates>
  forget(): void
}

function createSearch(
  { catalog, isShown = async () => false, patienceMs = PATIENCE_MS }: DuplicateFinderOptions,
  threshold: number,
): Search {
  const pairs = createPairs()
  /** The number of the last vector that has been compared; undefined when all have been. */
  let next: number | undefined
  let last = 0
  let compared = 0
  let progress = 0
  let comparing: Promise<void> | undefined
  let made: { groups: Image[][]; until: number; isFinal: boolean } | undefined
  let making: Promise<Image[][]> | undefined
  let askedAt = 0
  let isForgotten = false

  return {
    async ask() {
      askedAt = performance.now()
      const isOver = made === undefined || askedAt > made.until
      if (comparing === undefined && (isOver || progress < 1)) {
        comparing = compare().finally(() => {
          comparing = undefined
        })
        // Whoever waits for it is told; the next one tries again.
        comparing.catch(() => {})
      }
      if (comparing !== undefined && isOver)
        await Promise.race([comparing, sleep(patienceMs, undefined, { ref: false })])
      return { groups: await groups(), progress }
    },
    forget() {
      isForgotten = true
    },
  }

  async function compare(): Promise<void> {
    const { indexed } = await catalog.counts()
    if (next === undefined) {
      // What was compared before is compared again only where numbers may have been given and not been seen.
      next = Math.max(0, last - AGAIN)
      compared = Math.max(0, Math.min(compared, indexed) - AGAIN)
    }
    while (next !== undefined && !isForgotten && performance.now() - askedAt < UNASKED_MS) {
      const part = await catalog.nearPairs(next, threshold)
      for (const { a, b } of part.pairs) pairs.add(a, b)
      last = part.last ?? last
      compared += part.compared
      next = part.next
      progress = next === undefined ? 1 : Math.min(0.99, compared / Math.max(1, indexed))
    }
  }

  async function groups(): Promise<Image[][]> {
    const isFinal = progress === 1
    const isKept = made !== undefined && performance.now() < made.until && (made.isFinal || !isFinal)
    if (isKept) return made!.groups
    making ??= make(isFinal).finally(() => {
      making = undefined
    })
    return making
  }

  async function make(isFinal: boolean): Promise<Image[][]> {
    const start = performance.now()
    const found = await groupsOf(catalog, pairs, isShown)
    const rest = (performance.now() - start) * REST
    made = {
      groups: found,
      until: performance.now() + Math.min(LONGEST_REST_MS, Math.max(SHORTEST_REST_MS, rest)),
      isFinal,
    }
    return found
  }
}

async function groupsOf(
  catalog: DuplicateFinderOptions['catalog'],
  pairs: Pairs,
  isShown: (image: Image) => Promise<boolean>,
): Promise<Image[][]> {
  const shared = await catalog.sharedContents()
  const found = await catalog.imagesOfContents([...new Set([...shared, ...pairs.contents()])])
  const images: Image[] = []
  for (let start = 0; start < found.length; start += LINKS_AT_ONCE) {
    const part = found.slice(start, start + LINKS_AT_ONCE)
    const shown = await Promise.all(part.map(isShown))
    images.push(...part.filter((_, n) => !shown[n]))
  }
  // What is no longer there joins nothing.
  const groupOf = pairs.join(new Set(images.map(({ contentHash }) => contentHash)))
  return [...Map.groupBy(images, ({ contentHash }) => groupOf(contentHash)).values()]
    .filter((group) => group.length > 1)
    .sort((a, b) => b.length - a.length || (a[0]!.path < b[0]!.path ? -1 : 1))
}

/** Groups as they are by now: without what has been deleted since they were found, and without those of which one is left. */
export async function withoutDeleted(catalog: Catalog, groups: readonly Image[][]): Promise<Image[][]> {
  const contents = new Set(groups.flat().map(({ contentHash }) => contentHash))
  const images = new Map((await catalog.imagesOfContents([...contents])).map((image) => [image.id, image]))
  return groups
    .map((group) => group.flatMap(({ id }) => images.get(id) ?? []))
    .filter((group) => group.length > 1)
}

/** Pairs of contents, in eight bytes each: of a million images that are much alike there are millions. */
interface Pairs {
  add(a: string, b: string): void
  contents(): Iterable<string>
  /** Joins all pairs of which both are there. @returns what a content and those that it is joined with have in common */
  join(present: ReadonlySet<string>): (content: string) => string
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
    add(a, b) {
      if (length + 2 > data.length) {
        const larger = new Uint32Array(2 * data.length)
        larger.set(data)
        data = larger
      }
      data[length++] = numberOf(a)
      data[length++] = numberOf(b)
    },
    contents: () => numbers.keys(),
    join(present) {
      const contents = [...numbers.keys()]
      const isThere = contents.map((content) => present.has(content))
      const parents = Uint32Array.from(contents, (_, n) => n)
      for (let n = 0; n < length; n += 2) {
        const [a, b] = [data[n]!, data[n + 1]!]
        if (isThere[a] && isThere[b]) parents[rootOf(parents, a)] = rootOf(parents, b)
      }
      return (content) => {
        const number = numbers.get(content)
        return number === undefined ? content : contents[rootOf(parents, number)]!
      }
    },
  }
}

/** Of disjoint sets; halves the way for whoever comes next. */
function rootOf(parents: Uint32Array, item: number): number {
  let at = item
  while (parents[at] !== at) {
    parents[at] = parents[parents[at]!]!
    at = parents[at]!
  }
  return at
}
