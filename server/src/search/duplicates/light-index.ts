import { dot, toUnitLength } from '../../vector-math.ts'
import { FREQUENCIES, type Light, orient, type Signature } from './light.ts'
import { compose, inverseOf, ORIENTATIONS, type Orientation } from './orientation.ts'

/** Similarity of light and shade from which images may be copies (measured, as the others: bench/results/duplicates.md). */
const MIN_SIMILARITY = 0.93
/** The same if only one of them has colours: there are several ways of conversion. */
const MIN_GREY_SIMILARITY = 0.88
/** Largest difference of the mean colours of copies that both have colours. */
const MAX_COLOUR_DIFFERENCE = 0.15

/** An entry that has similar light and shade, possibly turned or mirrored. */
export interface SimilarLight {
  /** Number of the entry. */
  entry: number
  /** Turn the image that was looked for so that it lies as the entry, the best first. A symmetric picture has several. */
  orientations: Orientation[]
  /** Cosine similarity in the best orientation. */
  similarity: number
}

/** Coefficients that a ThumbHash can have. */
const PLACES = Uint8Array.from({ length: FREQUENCIES * FREQUENCIES }, (_, at) => at).filter((at) => {
  const frequency = frequencyOf(at)
  return frequency > 0 && frequency < FREQUENCIES
})
const SIZE = PLACES.length
/** Coefficients of unit length lie in -1…1. */
const SCALE = 127
const TABLES = 4
const BITS = 20
/** Number of the nearest planes beyond which buckets are looked at as well. */
const UNSURE_BITS = 5
/** Entries of a bucket that are compared, the latest ones: many pages of text share one bucket. */
const MAX_OF_BUCKET = 64
/** Entries that are compared for each image. */
const MAX_COMPARED = 5_000
/** An orientation whose direction is nearly as good as the best one may be the best one of a copy. */
const DIRECTION_MARGIN = 0.12
/** Orientations that are nearly as similar as the best one are possible, too. */
const SYMMETRY_MARGIN = 0.05
const NONE = -1
const GREY = -128

/**
 * Finds light and shade that are similar in any of eight orientations, by locality-sensitive hashing: random planes divide the space into
 * buckets (Charikar 2002), and buckets beyond the nearest planes are looked at, too (Lv et al. 2007). An entry takes 50 bytes.
 */
export class LightIndex {
  #length = 0
  /** Coefficients of each entry in its main orientation. */
  #values = new Int8Array(1024 * SIZE)
  #orientations = new Uint8Array(1024)
  /** Mean colours of each entry; `GREY` for one without colours. */
  #colours = new Int8Array(1024 * 2)
  /** The entry before each in the same bucket, `[entries, TABLES]`. */
  #earlier = new Int32Array(1024 * TABLES)
  /** One more than the last entry of each bucket, so that memory is only used where there are entries. */
  readonly #latest = new Int32Array(TABLES << BITS)
  /** Number of the last search that compared an entry. */
  #searched = new Uint32Array(1024)
  #searches = 0

  /** @returns the number of the entry, from 0 */
  add({ light, colours }: Signature): number {
    const entry = this.#length++
    this.#grow()
    const [main] = mainOrientations(orientationsOf(light), 0)
    const { orientation, values } = main!
    this.#orientations[entry] = orientation
    this.#colours.set(
      (colours ?? [Number.NEGATIVE_INFINITY, 0]).map((mean) => Math.max(GREY, Math.round(SCALE * mean))),
      2 * entry,
    )
    for (let i = 0; i < SIZE; i++) this.#values[entry * SIZE + i] = Math.round(SCALE * values[i]!)
    for (let table = 0; table < TABLES; table++) {
      const bucket = (table << BITS) | bucketsOf(values, table, 0)[0]!
      this.#earlier[entry * TABLES + table] = this.#latest[bucket]! - 1
      this.#latest[bucket] = entry + 1
    }
    return entry
  }

  /** @returns entries that may be copies, the most similar ones first */
  find({ light, colours }: Signature): SimilarLight[] {
    const oriented = orientationsOf(light)
    const found = new Set<number>()
    let left = MAX_COMPARED
    for (const { values } of mainOrientations(oriented, DIRECTION_MARGIN)) {
      this.#searches++
      for (let table = 0; table < TABLES && left > 0; table++) {
        for (const bucket of bucketsOf(values, table, UNSURE_BITS)) {
          for (const entry of this.#newOf((table << BITS) | bucket)) {
            left--
            if (this.#similarity(entry, values) >= this.#leastSimilarity(entry, colours)) found.add(entry)
          }
        }
      }
    }
    return [...found]
      .map((entry) => this.#orientationsTo(entry, oriented))
      .sort((a, b) => b.similarity - a.similarity)
  }

  /** Entries of a bucket that this search has not compared yet. */
  #newOf(bucket: number): number[] {
    const entries: number[] = []
    let entry = this.#latest[bucket]! - 1
    for (let n = 0; entry !== NONE && n < MAX_OF_BUCKET; n++) {
      if (this.#searched[entry] !== this.#searches) entries.push(entry)
      this.#searched[entry] = this.#searches
      entry = this.#earlier[entry * TABLES + table(bucket)]!
    }
    return entries
  }

  #leastSimilarity(entry: number, colours: Signature['colours']): number {
    const isGrey = this.#colours[2 * entry] === GREY
    if (isGrey !== (colours === undefined)) return MIN_GREY_SIMILARITY
    const differs = colours?.some(
      (mean, n) => Math.abs(mean - this.#colours[2 * entry + n]! / SCALE) > MAX_COLOUR_DIFFERENCE,
    )
    return differs ? Number.POSITIVE_INFINITY : MIN_SIMILARITY
  }

  #orientationsTo(entry: number, oriented: readonly OrientedValues[]): SimilarLight {
    const back = inverseOf(this.#orientations[entry]!)
    const all = oriented
      .map(({ orientation, values }) => ({
        orientation: compose(orientation, back),
        similarity: this.#similarity(entry, values),
      }))
      .sort((a, b) => b.similarity - a.similarity)
    const { similarity } = all[0]!
    const possible = all.filter((other) => other.similarity >= similarity - SYMMETRY_MARGIN)
    return { entry, orientations: possible.map(({ orientation }) => orientation), similarity }
  }

  #similarity(entry: number, values: Float32Array): number {
    let sum = 0
    for (let i = 0, at = entry * SIZE; i < SIZE; i++, at++) sum += this.#values[at]! * values[i]!
    return sum / SCALE
  }

  #grow(): void {
    if (this.#length * SIZE <= this.#values.length) return
    this.#values = grown(this.#values)
    this.#orientations = grown(this.#orientations)
    this.#colours = grown(this.#colours)
    this.#earlier = grown(this.#earlier)
    this.#searched = grown(this.#searched)
  }
}

const table = (bucket: number) => bucket >> BITS

interface OrientedValues {
  orientation: Orientation
  values: Float32Array
}

function orientationsOf(light: Light): OrientedValues[] {
  return ORIENTATIONS.map((orientation) => {
    const oriented = orient(light, orientation)
    return { orientation, values: Float32Array.from(PLACES, (at) => oriented[at]!) }
  })
}

/**
 * The orientation in which the coefficients point most towards one direction, which comes first, and those in which they do so nearly as
 * well. An image and its turned copy have the same main orientation.
 */
function mainOrientations(oriented: readonly OrientedValues[], margin: number): OrientedValues[] {
  const scored = oriented
    .map((one) => ({ ...one, score: dot(one.values, DIRECTION) }))
    .sort((a, b) => b.score - a.score)
  return scored.filter(({ score }) => score >= scored[0]!.score - margin)
}

/** Weights of the coefficients in each plane, `[TABLES, BITS, SIZE]`, then a direction that every orientation but one changes. */
const PLANES = createPlanes()
const DIRECTION = toUnitLength(PLANES.slice(-SIZE))

/** The same planes in each process, with normally distributed weights. High frequencies are weak, so they count more. */
function createPlanes(): Float32Array {
  let state = 7
  const random = () => {
    // Linear congruential generator (Knuth & Lewis; Numerical Recipes).
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return Float32Array.from({ length: (TABLES * BITS + 1) * SIZE }, (_, n) => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    return normal * Math.sqrt(frequencyOf(PLACES[n % SIZE]!))
  })
}

/** Sum of the vertical and the horizontal frequency of a coefficient. */
function frequencyOf(at: number): number {
  return Math.floor(at / FREQUENCIES) + (at % FREQUENCIES)
}

/** @returns the bucket of a table that the values belong to, then those beyond the `unsure` nearest planes */
function bucketsOf(values: Float32Array, table: number, unsure: number): number[] {
  let own = 0
  const distances: { bit: number; distance: number }[] = []
  for (let bit = 0; bit < BITS; bit++) {
    let distance = 0
    for (let i = 0, at = (table * BITS + bit) * SIZE; i < SIZE; i++, at++)
      distance += PLANES[at]! * values[i]!
    if (distance > 0) own |= 1 << bit
    distances.push({ bit, distance: Math.abs(distance) })
  }
  const nearest = distances.sort((a, b) => a.distance - b.distance).slice(0, unsure)
  return Array.from({ length: 1 << unsure }, (_, beyond) =>
    nearest.reduce((bucket, { bit }, n) => ((beyond >> n) & 1 ? bucket ^ (1 << bit) : bucket), own),
  )
}

function grown<T extends Int8Array | Uint8Array | Int32Array | Uint32Array>(values: T): T {
  const larger = new (values.constructor as new (length: number) => T)(2 * values.length)
  larger.set(values)
  return larger
}
