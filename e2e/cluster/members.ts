import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../scripts/demo/random.ts'
import { type Product, startLongRunning } from '../support/product.ts'

const TAKEOVER_TIMEOUT_MS = 60_000

interface Member {
  name: string
  args: string[]
  /** Matches the output of a process that has started. */
  started: RegExp
  product: Product
}

/** The processes of a cluster. */
export class Members {
  readonly #random: Random
  readonly #log: (line: string) => void
  readonly #members: Member[] = []
  /** Seconds until another process watched, after the one that did was killed. */
  readonly takeovers: number[] = []
  watchersKilled = 0
  /** Seconds that the slowest process took to start. */
  slowestStart = 0

  constructor(random: Random, log: (line: string) => void) {
    this.#random = random
    this.#log = log
  }

  async start(starts: readonly Omit<Member, 'product'>[]): Promise<void> {
    await Promise.all(
      starts.map(async (start) => {
        this.#members.push({ ...start, product: await this.#startTimed(start) })
      }),
    )
    // Their order decides which one a seed kills, and must not depend on which starts first.
    this.#members.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Kills a process and starts it again. @param isWatcher whether it is the one that watches the gallery, if any does */
  async killOne(isWatcher: boolean): Promise<void> {
    const watcher = isWatcher ? await this.#waitForWatcher() : this.#findWatcher()
    const member = isWatcher && watcher !== undefined ? watcher : this.#random.pick(this.#members)
    this.#log(`${member.name} is killed${member === watcher ? ', which watches' : ''}`)
    const at = performance.now()
    const killed = member.product
    await killed.kill()
    const restarted = this.#startTimed(member).then((product) => {
      member.product = product
    })
    if (member === watcher) {
      this.watchersKilled++
      // The new leader may be the killed process after its restart.
      await this.#waitForWatcher(killed)
      this.takeovers.push((performance.now() - at) / 1000)
    }
    await restarted
  }

  async killAll(): Promise<void> {
    await Promise.all(this.#members.map(({ product }) => product.kill()))
  }

  async #startTimed({ args, started }: Omit<Member, 'product'>): Promise<Product> {
    const begin = performance.now()
    const product = await startLongRunning(args, started)
    this.slowestStart = Math.max(this.slowestStart, (performance.now() - begin) / 1000)
    return product
  }

  #findWatcher(except?: Product): Member | undefined {
    return this.#members.find(({ product }) => product !== except && isWatching(product))
  }

  async #waitForWatcher(except?: Product): Promise<Member | undefined> {
    const deadline = performance.now() + TAKEOVER_TIMEOUT_MS
    for (;;) {
      const watcher = this.#findWatcher(except)
      if (watcher !== undefined || performance.now() > deadline) return watcher
      await sleep(50)
    }
  }
}

function isWatching(product: Product): boolean {
  const output = product.output()
  return (
    output.lastIndexOf('watches the gallery from now on') > output.lastIndexOf('watches the gallery no more')
  )
}
