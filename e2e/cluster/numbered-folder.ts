import { mkdir, rename, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Random } from '../../scripts/demo/random.ts'
import { writeSettled } from '../../server/src/testing/pictures.ts'
import { numberedPicture } from './numbered-pictures.ts'

const CHANGES_PER_STEP = 12

/** A gallery of numbered pictures that changes at random. */
export class NumberedFolder {
  readonly root: string
  readonly #random: Random
  /** Paths relative to the root, by number. */
  readonly #paths = new Map<number, string>()
  #next = 0

  constructor(root: string, random: Random) {
    this.root = root
    this.#random = random
  }

  get paths(): ReadonlySet<string> {
    return new Set(this.#paths.values())
  }

  async fill(count: number): Promise<void> {
    for (; this.#next < count; this.#next++) {
      const path = `folder-${this.#next % 20}/${this.#next}.png`
      await writeSettled(join(this.root, path), await numberedPicture(this.#next))
      this.#paths.set(this.#next, path)
    }
  }

  /** Adds, moves and deletes files. */
  async change(): Promise<void> {
    for (let change = 0; change < CHANGES_PER_STEP; change++) {
      const kind = this.#random.pick(['add', 'add', 'move', 'delete'] as const)
      const n = this.#random.pick([...this.#paths.keys()])
      if (kind === 'add') await this.#add()
      else if (kind === 'move')
        await this.#move(n, `moved-${Math.floor(this.#random.between(0, 5))}/${n}.png`)
      else await this.#delete(n)
    }
  }

  async #add(): Promise<void> {
    const n = this.#next++
    const path = `new/${n}.png`
    await mkdir(join(this.root, 'new'), { recursive: true })
    await writeFile(join(this.root, path), await numberedPicture(n))
    this.#paths.set(n, path)
  }

  async #move(n: number, to: string): Promise<void> {
    const from = this.#paths.get(n)!
    if (to === from) return
    await mkdir(dirname(join(this.root, to)), { recursive: true })
    await rename(join(this.root, from), join(this.root, to))
    this.#paths.set(n, to)
  }

  async #delete(n: number): Promise<void> {
    await unlink(join(this.root, this.#paths.get(n)!))
    this.#paths.delete(n)
  }
}
