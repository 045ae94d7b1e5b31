import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom, type Random } from '../../scripts/demo/random.ts'
import { type Product, startProduct } from '../support/product.ts'
import { accountDifferences } from './account.ts'
import { type Contents, createContents } from './contents.ts'
import { type Entry, lookAtDisk } from './disk.ts'
import { createHostileOperator } from './hostile-operator.ts'
import { complaintsAboutAnswers, type IndexState, readIndex, thumbnailFiles } from './index-state.ts'
import { assertIdsKept, type Checkpoint } from './kept-ids.ts'
import { createOperator } from './operations.ts'
import { createOtherOperator } from './other-files.ts'
import { rowDifferences } from './row-differences.ts'
import { mountSmallDisk, type SmallDisk } from './small-disk.ts'
import { KEPT } from './tree.ts'

export interface SoakOptions {
  seed: number
  operations: number
  kills: number
  /** Number of times that the disk of the index is filled, if a small one can be mounted. */
  fills?: number
  /** Whether there are files that the gallery leaves out, images without the name of one, and edits that times do not show. */
  hasOtherFiles?: boolean
  /** Whether there are good files of every format, damaged files and malicious ones. */
  hasHostileFiles?: boolean
  /** Minimum duration. */
  minutes?: number
  onProgress?: (done: SoakResult) => void
}

export interface SoakResult {
  operations: number
  kills: number
  fills: number
  /** Number of comparisons of everything. */
  checks: number
  /** Number of files that kept their id at another path. */
  moves: number
  /** State of the index at the last comparison. */
  index: IndexState
}

const EMPTY: IndexState = { images: new Map(), failures: new Map(), vectors: [] }
const SETTLE_TIMEOUT_MS = 30_000
/** Decoders of hostile files may run until their own limit of time. */
const HOSTILE_SETTLE_TIMEOUT_MS = 120_000
const OPERATIONS_BETWEEN_CHECKS = 20
const ENVIRONMENT = { SERVER__EMBEDDER_REGISTRY__CHOSEN_EMBEDDER: 'classical', SERVER__LOG_LEVEL: 'WARNING' }

/**
 * Changes a folder at random while the real server watches it, kills the server now and then, and compares the index with the
 * disk. The same seed gives the same operations, but not the same timing.
 * @throws {Error} with the seed and everything since the last comparison without a difference
 */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'sketch-search-soak-')))
  const [root, data] = [join(directory, 'gallery'), join(directory, 'data')]
  mkdirSync(root)
  mkdirSync(data)
  const random = createRandom(options.seed)
  const contents = createContents(random)
  const operators = await createOperators(options, root, random, contents)
  const smallDisk = (options.fills ?? 0) > 0 ? mountSmallDisk(data) : undefined
  writeFileSync(join(root, KEPT), await contents.image())
  const run = new SoakRun(options, directory, random, contents, operators, smallDisk)
  try {
    return await run.run()
  } finally {
    await run.close()
    smallDisk?.unmount()
    rmSync(directory, { recursive: true, force: true })
  }
}

interface Operators {
  /** Paths that were written since the last call. */
  takeWritten(): Set<string>
  /** Chooses the next operator. */
  choose(): { act(): Promise<string> }
}

async function createOperators(
  { hasOtherFiles = false, hasHostileFiles = false }: SoakOptions,
  root: string,
  random: Random,
  contents: Contents,
): Promise<Operators> {
  const operator = createOperator(root, random, contents)
  const otherOperator = createOtherOperator(root, random, contents)
  const hostileOperator = hasHostileFiles ? await createHostileOperator(root, random, contents) : undefined
  return {
    takeWritten: () => operator.takeWritten(),
    choose() {
      if (hostileOperator !== undefined && random.chance(0.2)) return hostileOperator
      return hasOtherFiles && random.chance(0.3) ? otherOperator : operator
    },
  }
}

class SoakRun {
  readonly #options: SoakOptions
  readonly #directory: string
  readonly #random: Random
  readonly #contents: Contents
  readonly #operators: Operators
  readonly #smallDisk: SmallDisk | undefined
  /** A generator of its own: the number of examples depends on timing, and the operations must not. */
  readonly #exampleRandom: Random
  readonly #settleTimeoutMs: number
  readonly #result: SoakResult = { operations: 0, kills: 0, fills: 0, checks: 0, moves: 0, index: EMPTY }
  /** Operations since the last comparison without a difference */
  #history: string[] = []
  #checkpoint: Checkpoint = { disk: new Map(), index: EMPTY }
  #product: Product | undefined

  constructor(
    options: SoakOptions,
    directory: string,
    random: Random,
    contents: Contents,
    operators: Operators,
    smallDisk: SmallDisk | undefined,
  ) {
    this.#options = options
    this.#directory = directory
    this.#random = random
    this.#contents = contents
    this.#operators = operators
    this.#smallDisk = smallDisk
    this.#exampleRandom = createRandom(options.seed + 1)
    this.#settleTimeoutMs = options.hasHostileFiles ? HOSTILE_SETTLE_TIMEOUT_MS : SETTLE_TIMEOUT_MS
  }

  get #root(): string {
    return join(this.#directory, 'gallery')
  }

  get #data(): string {
    return join(this.#directory, 'data')
  }

  get #url(): string {
    return this.#product!.url
  }

  async run(): Promise<SoakResult> {
    try {
      await this.#start()
      await this.#operate()
      await this.#compare()
      await this.#checkLeftovers()
      return this.#result
    } catch (error) {
      const { operations, kills } = this.#result
      const text = error instanceof Error ? error.message : String(error)
      throw new Error(
        `Seed ${this.#options.seed}, after ${operations} operations and ${kills} kills: ${text}\n\nSince index and disk were the same:\n${this.#history.join('\n')}\n\nLog of the server:\n${this.#product?.output()}`,
        { cause: error },
      )
    }
  }

  async close(): Promise<void> {
    await this.#product?.kill()
  }

  async #operate(): Promise<void> {
    const { operations, kills, fills = 0, minutes = 0 } = this.#options
    const [result, random] = [this.#result, this.#random]
    // Spread evenly over the operations.
    const isDue = (done: number, all: number) =>
      done < all && result.operations >= Math.floor(((done + 1) * operations) / (all + 1))
    const endsAt = performance.now() + minutes * 60_000
    while (result.operations < operations || performance.now() < endsAt) {
      await this.#act()
      if (isDue(result.kills, kills)) await this.#kill()
      else if (this.#smallDisk !== undefined && isDue(result.fills, fills))
        await this.#fillDisk(this.#smallDisk)
      else if (random.chance(0.01)) await this.#takeRootAway()
      else if (random.chance(0.05)) await sleep(random.between(50, 1500))
      if (result.operations % OPERATIONS_BETWEEN_CHECKS === 0) await this.#compare()
    }
  }

  async #act(): Promise<void> {
    this.#history.push(await this.#operators.choose().act())
    this.#result.operations++
  }

  async #start(): Promise<void> {
    this.#product = await startProduct(this.#root, this.#data, ENVIRONMENT)
  }

  /** Checks that nothing is lost, and that the account adds up, while nothing can be stored. */
  async #fillDisk(disk: SmallDisk): Promise<void> {
    disk.fill()
    this.#history.push('FILL')
    await this.#waitForReadiness(503)
    for (let n = 0; n < 8; n++) await this.#act()
    await this.#checkAccount()
    disk.free()
    this.#history.push('FREE')
    await this.#waitForReadiness(200)
    this.#result.fills++
  }

  async #waitForReadiness(status: number): Promise<void> {
    const deadline = Date.now() + this.#settleTimeoutMs
    while ((await fetch(`${this.#url}/ready`)).status !== status) {
      if (Date.now() > deadline) throw new Error(`/ready does not respond with ${status}`)
      await sleep(100)
    }
  }

  /** Kills the server. Sometimes the folder changes before it starts again. */
  async #kill(): Promise<void> {
    await this.#product?.kill()
    this.#result.kills++
    this.#history.push('KILL')
    const changes = this.#random.chance(0.5) ? Math.floor(this.#random.between(1, 6)) : 0
    for (let n = changes; n > 0; n--) await this.#act()
    await this.#start()
    this.#history.push('START')
    await this.#checkAccount()
  }

  async #checkAccount(): Promise<void> {
    const differences = await accountDifferences(this.#url, this.#root, false)
    if (differences.length > 0) throw new Error(differences.join('; '))
  }

  /** Acts like a drive that is unmounted and mounted again. */
  async #takeRootAway(): Promise<void> {
    const away = join(this.#directory, 'away')
    const before = readIndex(this.#data).images.size
    renameSync(this.#root, away)
    await sleep(this.#random.between(20, 4500))
    if (readIndex(this.#data).images.size < before - 20)
      throw new Error('images of the absent gallery were removed from the index')
    renameSync(away, this.#root)
    this.#history.push('take the gallery away and bring it back')
  }

  /** Waits until index and disk are the same. */
  async #compare(): Promise<void> {
    const written = this.#operators.takeWritten()
    const disk = lookAtDisk(this.#root)
    const deadline = Date.now() + this.#settleTimeoutMs
    for (;;) {
      const index = readIndex(this.#data)
      const differences = await this.#differences(disk, index)
      if (differences.length === 0) {
        this.#result.checks++
        this.#result.moves += assertIdsKept(this.#checkpoint, { disk, index }, written)
        break
      }
      if (Date.now() > deadline)
        throw new Error(`the index differs from the folder:\n  ${differences.join('\n  ')}`)
      await sleep(100)
    }
    this.#checkpoint = { disk, index: readIndex(this.#data) }
    this.#result.index = this.#checkpoint.index
    this.#history = []
    this.#options.onProgress?.(this.#result)
  }

  async #differences(disk: Map<string, Entry>, index: IndexState): Promise<string[]> {
    const rows = rowDifferences(disk, index, this.#contents)
    if (rows.length > 0) return rows
    const distinct = [...index.images].filter(([, { hash }]) => this.#contents.kindOf(hash) === 'distinct')
    const examples = pickSome(
      distinct.map(([path]) => path),
      4,
      this.#exampleRandom,
    )
    const complaints = await complaintsAboutAnswers(this.#url, index.images, examples)
    return complaints.length > 0 ? complaints : accountDifferences(this.#url, this.#root, true)
  }

  /** The next start removes the files that a crash has left. */
  async #checkLeftovers(): Promise<void> {
    await this.#product?.stop()
    const longAgo = new Date(Date.now() - 3_600_000)
    for (const file of thumbnailFiles(this.#data).files) utimesSync(file, longAgo, longAgo)
    await this.#start()
    const deadline = Date.now() + this.#settleTimeoutMs
    for (;;) {
      const { hashes, strange } = thumbnailFiles(this.#data)
      const expected = new Set([...readIndex(this.#data).images.values()].map(({ hash }) => hash))
      const wrong = [...strange, ...hashes.symmetricDifference(expected)]
      if (wrong.length === 0) return
      if (Date.now() > deadline) throw new Error(`thumbnails are left over or missing: ${wrong.join(', ')}`)
      await sleep(100)
    }
  }
}

function pickSome(paths: string[], count: number, random: Random): string[] {
  return Array.from({ length: Math.min(count, paths.length) }, () => random.pick(paths))
}
