import { statfsSync, statSync } from 'node:fs'
import { open, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Matches } from 'usearch'
import { orRemoved } from '../../gallery/or-removed.ts'

// The ES module build of usearch looks for its binary relative to the working directory; the CommonJS build does not.
const { exactSearch, Index, MetricKind, ScalarKind } = createRequire(import.meta.url)(
  'usearch',
) as typeof import('usearch')

export interface IndexMatch {
  key: number
  /** Cosine similarity. */
  score: number
}

/**
 * An in-memory index for approximate nearest neighbours. It is derived from the rows of the database: its owner keeps
 * the keys equal to their ids, and may delete the file at any time.
 */
export interface VectorIndex {
  readonly size: number
  /** @param vectors `[keys.length, dimensions]` */
  add(keys: readonly number[], vectors: Float32Array): void
  remove(keys: readonly number[]): void
  /** At most `k` matches, best first. */
  search(vector: Float32Array, k: number): IndexMatch[]
  /**
   * Writes the index so that a crash leaves either the old file or the new one. Saves the content at the time of the call;
   * the index can be searched and changed while the file is flushed, which takes most of the time. One save at a time.
   */
  save(keys: Float64Array): Promise<void>
}

export interface LoadedIndex {
  index: VectorIndex
  /** Keys in the index, ascending; empty if there was no valid file. */
  keys: Float64Array
}

/** The rows of a matrix that are nearest to a vector. */
export interface NearestRows {
  /** Positions of the rows, best first. */
  rows: number[]
  /** Their scalar products with the vector. */
  products: Float32Array
}

/**
 * Compares each vector with each row, several times as fast as a loop.
 * @param matrix `[rows, dimensions]`
 * @param count of the rows that are returned for each vector
 */
export function nearestRows(
  matrix: Float32Array,
  vectors: readonly Float32Array[],
  count: number,
): NearestRows[] {
  const dimensions = vectors[0]!.length
  return vectors.map((vector) => {
    const { keys, distances } = exactSearch(matrix, vector, dimensions, count, MetricKind.IP, 1) as Matches
    return { rows: Array.from(keys, Number), products: distances.map((distance) => 1 - distance) }
  })
}

/**
 * HNSW (Yu. A. Malkov, D. A. Yashunin: "Efficient and robust approximate nearest neighbor search using hierarchical
 * navigable small world graphs", IEEE TPAMI 42(4), 2020). Measured at 100,000 vectors: see bench/results/bench.md.
 */
const GRAPH = { connectivity: 32, expansion_add: 128, expansion_search: 96 }
const MAGIC = 'sketch-search-index-3'
/** With more threads, no search finds a few vectors in a thousand (measured with usearch 2.26 and 600 vectors). */
const BUILD_THREADS = 1
const MEGABYTE = 1024 * 1024
const CHECKSUM_CHUNK = MEGABYTE
/** The file becomes larger by this factor from one save to the next, at most. */
const GROWTH = 1.1
/** Vectors are stored as float16. */
const BYTES_PER_VALUE = 2

interface Header {
  magic: string
  dimensions: number
  keys: number
  bytes: number
  checksum: number
}

/** Opens the index in `file`, with its keys in `file.keys`, or an empty one if they are missing or damaged. */
export async function openVectorIndex(file: string, dimensions: number): Promise<LoadedIndex> {
  const [, keysFile, temporary, temporaryKeys] = indexFiles(file)
  const newIndex = () =>
    new Index({ dimensions, metric: MetricKind.Cos, quantization: ScalarKind.F16, multi: false, ...GRAPH })
  let native = newIndex()
  // A process that ended between the two renames has left the keys of the new index under their temporary name.
  let keys = (await readKeys(keysFile)) ?? (await readKeys(temporaryKeys))
  if (keys !== undefined) {
    native.load(file)
    if (native.size() !== keys.length || native.dimensions() !== dimensions) keys = undefined
  }
  if (keys === undefined) native = newIndex()
  return {
    index: {
      get size() {
        return native.size()
      },
      add,
      remove,
      search,
      save: (current) => orRemoved([temporary, temporaryKeys], save(current)),
    },
    keys: keys ?? new Float64Array(),
  }

  function add(added: readonly number[], vectors: Float32Array): void {
    if (added.length > 0) native.add(BigUint64Array.from(added, BigInt), vectors, BUILD_THREADS)
  }

  function remove(removed: readonly number[]): void {
    if (removed.length > 0) native.remove(BigUint64Array.from(removed, BigInt))
  }

  function search(vector: Float32Array, k: number): IndexMatch[] {
    const count = Math.min(k, native.size())
    if (count === 0) return []
    const { keys, distances } = native.search(vector, count, 1)
    return Array.from(keys, (key, i) => ({ key: Number(key), score: 1 - distances[i]! }))
  }

  async function save(current: Float64Array): Promise<void> {
    assertRoom(file, native.size() * dimensions * BYTES_PER_VALUE)
    native.save(temporary)
    await sync(temporary)
    const header: Header = {
      magic: MAGIC,
      dimensions,
      keys: current.length,
      bytes: (await stat(temporary)).size,
      checksum: await checksumOf(temporary),
    }
    const line = Buffer.from(`${JSON.stringify(header)}\n`)
    const body = Buffer.from(current.buffer, current.byteOffset, current.byteLength)
    await writeFile(temporaryKeys, Buffer.concat([line, body]), { flush: true })
    await rename(temporary, file)
    await rename(temporaryKeys, keysFile)
  }

  /** @returns the keys of an index that is whole and fits; anything else is treated as no file */
  async function readKeys(keysFile: string): Promise<Float64Array | undefined> {
    try {
      const content = await readFile(keysFile)
      const end = content.indexOf('\n')
      const header = JSON.parse(content.toString('utf8', 0, end)) as Header
      const { size } = await stat(file)
      const fits = header.magic === MAGIC && header.dimensions === dimensions && header.bytes === size
      const body = content.subarray(end + 1)
      if (!fits || body.length !== header.keys * Float64Array.BYTES_PER_ELEMENT) return undefined
      if ((await checksumOf(file)) !== header.checksum) return undefined
      return new Float64Array(new Uint8Array(body).buffer)
    } catch {
      return undefined
    }
  }
}

/** The files of an index: itself, its keys, and the names under which both are written. */
export function indexFiles(file: string): [index: string, keys: string, ...temporary: [string, string]] {
  return [file, `${file}.keys`, `${file}.tmp`, `${file}.keys.tmp`]
}

/**
 * Writing until the disk is full would leave no space to others meanwhile.
 * @param minBytes of the vectors in the index
 * @throws {Error} if an index that is a little larger than the present file does not fit
 */
function assertRoom(file: string, minBytes: number): void {
  const present = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  const needed = Math.max(present, minBytes) * GROWTH
  const { bavail, bsize } = statfsSync(dirname(file))
  if (bavail * bsize >= needed) return
  throw new Error(
    `no space left for a new file of ${Math.ceil(needed / MEGABYTE)} MB beside ${file}: free some space`,
  )
}

/** Reads the file in parts, because it may be larger than memory, and other work can run between them. */
async function checksumOf(file: string): Promise<number> {
  const handle = await open(file)
  try {
    const chunk = Buffer.allocUnsafe(CHECKSUM_CHUNK)
    let checksum = 0
    for (;;) {
      const { bytesRead } = await handle.read(chunk)
      if (bytesRead === 0) return checksum
      checksum = crc32(chunk.subarray(0, bytesRead), checksum)
    }
  } finally {
    await handle.close()
  }
}

async function sync(file: string): Promise<void> {
  const handle = await open(file)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
