import { createRandom } from '../scripts/demo/random.ts'
import { openSqliteCatalogThread } from '../server/src/catalog/sqlite/client.ts'
import { DIMENSIONS, defaultSpace, dot, unit, type VectorSource } from './vectors.ts'

const QUERIES = 200
const PAGE = 1_000
const NEIGHBOURS = 12
/** Number of vectors among which the neighbours of one are looked for. */
const COMPARED = 4_000
/** Length of the jitter, as a share of the difference between two neighbours. */
const JITTER = 0.5

interface Grown {
  vector: Float32Array
  neighbours: Float32Array[]
}

/**
 * Vectors with the distribution of real photos, in any number. Photos that were indexed are mixed: a new vector lies at a random place
 * between the vector of a photo and one of its nearest neighbours, and is moved by a part of the difference between another photo and
 * one of its neighbours. Queries are the vectors of photos that were left out.
 * @param directory data directory of a gallery of photos that this version has indexed on the embedded database
 */
export async function grownVectors(directory: string): Promise<VectorSource> {
  const photos = await readVectors(directory)
  const queries = photos.slice(0, QUERIES)
  const seeds = withNeighbours(photos.slice(QUERIES))
  return {
    description: `grown from the vectors of ${seeds.length} photos: mixtures of neighbours with jitter, seed 1; queries are ${QUERIES} further photos`,
    make: (count) => grow(seeds, count),
    query: (n) => queries[n % queries.length]!,
  }
}

/** Reads the vectors of all images in an order by chance. */
async function readVectors(directory: string): Promise<Float32Array[]> {
  const catalog = openSqliteCatalogThread({ directory, savesIndex: false })
  const vectors: Float32Array[] = []
  await catalog.spaces.activate(await defaultSpace())
  for (let offset = 0; ; offset += PAGE) {
    const page = { filter: {}, orderBy: 'name', descending: false, offset, limit: PAGE } as const
    const { images } = await catalog.images.list(page)
    if (images.length === 0) break
    const found = await catalog.vectors.get(images.map(({ id }) => id))
    vectors.push(...found.map(({ vector }) => vector))
  }
  await catalog.close()
  const random = createRandom(1)
  return vectors
    .map((vector) => ({ vector, place: random.between(0, 1) }))
    .sort((a, b) => a.place - b.place)
    .map(({ vector }) => vector)
}

function withNeighbours(vectors: readonly Float32Array[]): Grown[] {
  return vectors.map((vector, n) => {
    const best: { other: Float32Array; score: number }[] = []
    for (let i = 1; i <= Math.min(COMPARED, vectors.length - 1); i++) {
      const other = vectors[(n + i) % vectors.length]!
      const score = dot(vector, other)
      if (best.length === NEIGHBOURS && score <= best.at(-1)!.score) continue
      let at = best.length
      while (at > 0 && best[at - 1]!.score < score) at--
      best.splice(at, 0, { other, score })
      if (best.length > NEIGHBOURS) best.pop()
    }
    return { vector, neighbours: best.map(({ other }) => other) }
  })
}

function grow(seeds: readonly Grown[], count: number): Float32Array[] {
  const random = createRandom(1)
  return Array.from({ length: count }, () => {
    const from = random.pick(seeds)
    const to = random.pick(from.neighbours)
    const other = random.pick(seeds)
    const beside = random.pick(other.neighbours)
    const share = random.between(0, 1)
    const jitter = random.between(-JITTER, JITTER)
    const grown = new Float32Array(DIMENSIONS)
    for (let d = 0; d < DIMENSIONS; d++)
      grown[d] =
        from.vector[d]! + share * (to[d]! - from.vector[d]!) + jitter * (beside[d]! - other.vector[d]!)
    return unit(grown)
  })
}
