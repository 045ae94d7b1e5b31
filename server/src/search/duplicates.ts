import type { Catalog, Image } from '../catalog/catalog.ts'

/** How long an answer is kept, as a multiple of the time that finding it took, and at most. */
const REST = 20
const LONGEST_REST_MS = 10 * 60_000
const LINKS_AT_ONCE = 64

/** Finding duplicates compares every image with its neighbours, so whoever asks meanwhile or soon after shares the answer. */
export function createDuplicateFinder(
  catalog: Catalog,
  isShown: (image: Image) => Promise<boolean>,
): (threshold: number) => Promise<Image[][]> {
  // One answer at a time is kept and one is looked for: both can be large.
  let kept: { threshold: number; groups: Promise<Image[][]> } | undefined
  let last: Promise<unknown> = Promise.resolve()
  return (threshold) => {
    if (kept?.threshold === threshold) return kept.groups
    const groups = last.then(find)
    last = groups.catch(() => {})
    const own = { threshold, groups }
    const forget = () => {
      if (kept === own) kept = undefined
    }
    kept = own
    // What could not be found is looked for again at once.
    groups.catch(forget)
    return groups

    async function find(): Promise<Image[][]> {
      const start = performance.now()
      const found = await findDuplicates(catalog, threshold, isShown)
      const rest = Math.min(LONGEST_REST_MS, (performance.now() - start) * REST)
      setTimeout(forget, rest).unref()
      return found
    }
  }
}

/**
 * Groups of near-identical images: those with the same bytes, and those whose vectors are at least `threshold` alike,
 * directly or through others of the group. Largest groups first.
 * @param isShown whether a link shows what lies elsewhere in the gallery: that is no duplicate of itself
 */
export async function findDuplicates(
  catalog: Catalog,
  threshold: number,
  isShown: (image: Image) => Promise<boolean> = async () => false,
): Promise<Image[][]> {
  const groups = new DisjointSets()
  for (const content of await catalog.sharedContents()) groups.add(content)
  for (let after: number | undefined = 0; after !== undefined; ) {
    const part = await catalog.nearPairs(after, threshold)
    for (const { a, b } of part.pairs) groups.join(a, b)
    after = part.next
  }
  const found = await catalog.imagesOfContents(groups.members())
  const images: Image[] = []
  for (let start = 0; start < found.length; start += LINKS_AT_ONCE) {
    const part = found.slice(start, start + LINKS_AT_ONCE)
    const shown = await Promise.all(part.map(isShown))
    images.push(...part.filter((_, n) => !shown[n]))
  }
  const byGroup = Map.groupBy(images, (image) => groups.find(image.contentHash))
  return [...byGroup.values()]
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

/** Union–find with path halving. */
class DisjointSets {
  readonly #parent = new Map<string, string>()

  add(item: string): void {
    if (!this.#parent.has(item)) this.#parent.set(item, item)
  }

  find(item: string): string {
    let at = item
    for (;;) {
      const parent = this.#parent.get(at) ?? at
      if (parent === at) return at
      const grandparent = this.#parent.get(parent) ?? parent
      this.#parent.set(at, grandparent)
      at = grandparent
    }
  }

  join(a: string, b: string): void {
    this.add(a)
    this.add(b)
    this.#parent.set(this.find(a), this.find(b))
  }

  members(): string[] {
    return [...this.#parent.keys()]
  }
}
