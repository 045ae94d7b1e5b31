import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom, type Random } from '../../scripts/demo/random.ts'
import { type Product, startProduct } from '../support/product.ts'
import { accountDifferences } from './account.ts'
import { createContents } from './contents.ts'
import { type Entry, lookAtDisk } from './disk.ts'
import { createHostileOperator } from './hostile-operator.ts'
import { complaintsAboutAnswers, type IndexState, readIndex, thumbnailFiles } from './index-state.ts'
import { createOperator } from './operations.ts'
import { createOtherOperator } from './other-files.ts'
import { rowDifferences } from './row-differences.ts'
import { mountSmallDisk, type SmallDisk } from './small-disk.ts'
import { KEPT } from './tree.ts'

export interface SoakOptions {
  seed: number
  operations: number
  kills: number
  /** How often the disk of the index is filled, where a small one can be mounted. */
  fills?: number
  /** Whether there are files that the gallery leaves out, images without the name of one, and edits that times do not show. */
  hasOtherFiles?: boolean
  /** Whether there are good files of every format, damaged files, and files that are made to do harm. */
  hasHostileFiles?: boolean
  /** Goes on for at least this time. */
  minutes?: number
  onProgress?: (done: SoakResult) => void
}

export interface SoakResult {
  operations: number
  kills: number
  fills: number
  /** How often everything was compared. */
  checks: number
  /** Number of files that kept their id at another path. */
  moves: number
  /** State of the index at the last comparison. */
  index: IndexState
}

/** State at the last comparison without a difference. */
interface Checkpoint {
  disk: Map<string, Entry>
  index: IndexState
}

const SETTLES_WITHIN_MS = 30_000
/** A decoder that reaches its limit of time takes as long. */
const HOSTILE_SETTLES_WITHIN_MS = 120_000
const OPERATIONS_BETWEEN_CHECKS = 20
const ENVIRONMENT = { SERVER__EMBEDDER_REGISTRY__CHOSEN_EMBEDDER: 'classical', SERVER__LOG_LEVEL: 'WARNING' }

/**
 * Changes a folder at random while the real server watches it, kills the server now and then, and compares the index with the
 * disk. The same seed gives the same operations, but not the same timing.
 * @throws {Error} with the seed and everything since the last comparison without a difference
 */
export async function soak({
  seed,
  operations,
  kills,
  fills = 0,
  hasOtherFiles = false,
  hasHostileFiles = false,
  minutes = 0,
  onProgress,
}: SoakOptions): Promise<SoakResult> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'sketch-search-soak-')))
  const [root, data] = [join(directory, 'gallery'), join(directory, 'data')]
  mkdirSync(root)
  mkdirSync(data)
  const random = createRandom(seed)
  const contents = createContents(random)
  const operator = createOperator(root, random, contents)
  const otherOperator = createOtherOperator(root, random, contents)
  const hostileOperator = hasHostileFiles ? await createHostileOperator(root, random, contents) : undefined
  const settlesWithinMs = hasHostileFiles ? HOSTILE_SETTLES_WITHIN_MS : SETTLES_WITHIN_MS
  const smallDisk = fills > 0 ? mountSmallDisk(data) : undefined
  writeFileSync(join(root, KEPT), await contents.image())
  // A generator of its own: the number of examples depends on timing, and the operations must not.
  const exampleRandom = createRandom(seed + 1)
  const empty: IndexState = { images: new Map(), failures: new Map(), vectors: [] }
  const result: SoakResult = { operations: 0, kills: 0, fills: 0, checks: 0, moves: 0, index: empty }
  let history: string[] = []
  let checkpoint: Checkpoint = { disk: new Map(), index: empty }
  let product: Product = await start()
  try {
    // Spread evenly over the operations.
    const isDue = (done: number, all: number) =>
      done < all && result.operations >= Math.floor(((done + 1) * operations) / (all + 1))
    const endsAt = performance.now() + minutes * 60_000
    while (result.operations < operations || performance.now() < endsAt) {
      await act()
      if (isDue(result.kills, kills)) await kill()
      else if (smallDisk !== undefined && isDue(result.fills, fills)) await fillDisk(smallDisk)
      else if (random.chance(0.01)) await takeRootAway()
      else if (random.chance(0.05)) await sleep(random.between(50, 1500))
      if (result.operations % OPERATIONS_BETWEEN_CHECKS === 0) await check()
    }
    await check()
    await checkLeftovers()
    return result
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new Error(
      `Seed ${seed}, after ${result.operations} operations and ${result.kills} kills: ${text}\n\nSince index and disk were the same:\n${history.join('\n')}\n\nThe server said:\n${product.output()}`,
      { cause: error },
    )
  } finally {
    await product.kill()
    smallDisk?.unmount()
    rmSync(directory, { recursive: true, force: true })
  }

  async function act(): Promise<void> {
    history.push(await chooseOperator().act())
    result.operations++
  }

  function chooseOperator(): { act(): Promise<string> } {
    if (hostileOperator !== undefined && random.chance(0.2)) return hostileOperator
    return hasOtherFiles && random.chance(0.3) ? otherOperator : operator
  }

  /** Nothing is lost, and the account adds up, while nothing can be stored. */
  async function fillDisk(disk: SmallDisk): Promise<void> {
    disk.fill()
    history.push('FILL')
    await untilReadyIs(503)
    for (let n = 0; n < 8; n++) await act()
    const differences = await accountDifferences(product.url, root, false)
    if (differences.length > 0) throw new Error(differences.join('; '))
    disk.free()
    history.push('FREE')
    await untilReadyIs(200)
    result.fills++
  }

  async function untilReadyIs(status: number): Promise<void> {
    const deadline = Date.now() + settlesWithinMs
    while ((await fetch(`${product.url}/ready`)).status !== status) {
      if (Date.now() > deadline) throw new Error(`/ready is not answered with ${status}`)
      await sleep(100)
    }
  }

  function start(): Promise<Product> {
    return startProduct(root, data, ENVIRONMENT)
  }

  /** Sometimes the folder goes on changing while nobody watches. */
  async function kill(): Promise<void> {
    await product.kill()
    result.kills++
    history.push('KILL')
    for (let n = random.chance(0.5) ? Math.floor(random.between(1, 6)) : 0; n > 0; n--) {
      await act()
    }
    product = await start()
    history.push('START')
    const differences = await accountDifferences(product.url, root, false)
    if (differences.length > 0) throw new Error(differences.join('; '))
  }

  /** As a drive that is unmounted and mounted again. */
  async function takeRootAway(): Promise<void> {
    const away = join(directory, 'away')
    const before = readIndex(data).images.size
    renameSync(root, away)
    await sleep(random.between(20, 4500))
    if (readIndex(data).images.size < before - 20) throw new Error('what was taken away was forgotten')
    renameSync(away, root)
    history.push('take the gallery away and bring it back')
  }

  async function check(): Promise<void> {
    const written = operator.takeWritten()
    const disk = lookAtDisk(root)
    const deadline = Date.now() + settlesWithinMs
    for (;;) {
      const index = readIndex(data)
      const differences = await differencesOf(disk, index)
      if (differences.length === 0) {
        result.checks++
        result.moves += assertIdsKept(checkpoint, { disk, index }, written)
        break
      }
      if (Date.now() > deadline)
        throw new Error(`the index is not what the folder is:\n  ${differences.join('\n  ')}`)
      await sleep(100)
    }
    checkpoint = { disk, index: readIndex(data) }
    result.index = checkpoint.index
    history = []
    onProgress?.(result)
  }

  async function differencesOf(disk: Map<string, Entry>, index: IndexState): Promise<string[]> {
    const rows = rowDifferences(disk, index, contents)
    if (rows.length > 0) return rows
    const distinct = [...index.images].filter(([, { hash }]) => contents.kindOf(hash) === 'distinct')
    const examples = pickSome(
      distinct.map(([path]) => path),
      4,
      exampleRandom,
    )
    const complaints = await complaintsAboutAnswers(product.url, index.images, examples)
    return complaints.length > 0 ? complaints : accountDifferences(product.url, root, true)
  }

  /** The next start removes what a crash has left. */
  async function checkLeftovers(): Promise<void> {
    await product.stop()
    const longAgo = new Date(Date.now() - 3_600_000)
    for (const file of thumbnailFiles(data).files) utimesSync(file, longAgo, longAgo)
    product = await start()
    const deadline = Date.now() + settlesWithinMs
    for (;;) {
      const { hashes, strange } = thumbnailFiles(data)
      const expected = new Set([...readIndex(data).images.values()].map(({ hash }) => hash))
      const wrong = [...strange, ...hashes.symmetricDifference(expected)]
      if (wrong.length === 0) return
      if (Date.now() > deadline) throw new Error(`thumbnails are left over or missing: ${wrong.join(', ')}`)
      await sleep(100)
    }
  }
}

/**
 * Checks that a file that was only moved keeps its id. Only unambiguous moves are checked: one file, identified by the file
 * system, that had one path before and has one other path now, where nothing was before.
 * @returns the number of moves
 */
function assertIdsKept(before: Checkpoint, after: Checkpoint, written: Set<string>): number {
  const places = (disk: Map<string, Entry>) => Map.groupBy(disk, ([, { identity }]) => identity)
  const [old, now] = [places(before.disk), places(after.disk)]
  let moves = 0
  for (const [identity, entries] of now) {
    const earlier = old.get(identity)
    if (entries.length !== 1 || earlier?.length !== 1) continue
    const [from, to] = [earlier[0]![0], entries[0]![0]]
    const expected = before.index.images.get(from)?.id
    const id = after.index.images.get(to)?.id
    if (expected === undefined || id === undefined || written.has(from) || written.has(to)) continue
    if (from !== to && (before.disk.has(to) || after.disk.has(from))) continue
    // One of two copies may inherit the id of the other when that one is deleted.
    if (hasCopies(before.disk, before.disk.get(from)!) || hasCopies(after.disk, after.disk.get(to)!)) continue
    if (id !== expected)
      throw new Error(`${JSON.stringify(from)} lost its id when it became ${JSON.stringify(to)}`)
    if (from !== to) moves++
  }
  return moves
}

function hasCopies(disk: Map<string, Entry>, { hash }: Entry): boolean {
  return (
    disk
      .values()
      .filter((entry) => entry.hash === hash)
      .toArray().length > 1
  )
}

function pickSome(paths: string[], count: number, random: Random): string[] {
  return Array.from({ length: Math.min(count, paths.length) }, () => random.pick(paths))
}
