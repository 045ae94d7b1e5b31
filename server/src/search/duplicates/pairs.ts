import { MAX_PAIRS_PER_VECTOR } from '../../catalog/contract/vectors.ts'

/** Pairs of contents, eight bytes each: a million similar images can have millions of pairs. */
export interface Pairs {
  readonly length: number
  add(a: string, b: string): void
  /** Removes the pairs beyond a number. */
  cutTo(length: number): void
  contents(): Iterable<string>
  [Symbol.iterator](): Iterator<[a: string, b: string]>
  /**
   * Joins the pairs whose contents both exist.
   * @param further pairs to join besides these
   * @returns the name of the group of each content; `isLossy` if a content has the maximum number of stored neighbours and some
   * of them are gone, because it may have further neighbours that were not stored
   */
  join(
    present: ReadonlySet<string>,
    further: Iterable<[string, string]>,
  ): { groupOf: (content: string) => string; isLossy: boolean }
}

export function createPairs(): Pairs {
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
    *[Symbol.iterator]() {
      const contents = [...numbers.keys()]
      for (let n = 0; n < length; n += 2) yield [contents[data[n]!]!, contents[data[n + 1]!]!]
    },
    join(present, further) {
      const added = Array.from(further, ([a, b]) => [numberOf(a), numberOf(b)] as const)
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
      for (const [a, b] of added)
        if (isThere[a] && isThere[b]) parents[rootOf(parents, a)] = rootOf(parents, b)
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
