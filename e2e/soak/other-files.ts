import { mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../scripts/demo/random.ts'
import type { Contents } from './contents.ts'
import { isLeftOut } from './disk.ts'
import { KEPT } from './tree.ts'

/** Random changes of files that the gallery leaves out, of images without the name of one, and edits that times do not show. */
export function createOtherOperator(
  root: string,
  random: Random,
  contents: Contents,
): { act(): Promise<string> } {
  return new RandomOtherOperator(root, random, contents)
}

class RandomOtherOperator {
  readonly #root: string
  readonly #random: Random
  readonly #contents: Contents
  readonly #at = (path: string) => join(this.#root, path)

  constructor(root: string, random: Random, contents: Contents) {
    this.#root = root
    this.#random = random
    this.#contents = contents
  }

  async act() {
    const { directories, images } = this.#list()
    const directory = this.#random.pick(directories)
    const kind = this.#random.between(0, 5)
    if (kind < 1) return this.#writeOther(directory)
    if (kind < 2) return this.#writeHidden(directory)
    if (kind < 3) return this.#removeOther(directory) ?? this.#writeOther(directory)
    if (kind < 4 || images.length === 0) return this.#writeUnnamedImage(directory)
    return (await this.#editInPlace(this.#random.pick(images))) ?? this.#writeUnnamedImage(directory)
  }

  #list(): { directories: string[]; images: string[] } {
    const directories = ['']
    const images: string[] = []
    for (const directory of directories)
      for (const entry of readdirSync(this.#at(directory), { withFileTypes: true })) {
        const path = join(directory, entry.name)
        if (isLeftOut(entry.name) || path === KEPT) continue
        if (entry.isDirectory()) directories.push(path)
        else if (entry.isFile() && (statSync(this.#at(path)).mode & 0o200) !== 0) images.push(path)
      }
    return { directories: directories.sort(), images: images.sort() }
  }

  #writeOther(directory: string): string {
    const path = join(
      directory,
      `${this.#random.pick(['notes', 'film', 'list'])}${this.#number(9)}${this.#random.pick(['.txt', '.mov', ''])}`,
    )
    if (this.#isFolder(path)) return `nothing, because ${path} is a folder`
    this.#writeText(path)
    return `write ${path}`
  }

  #writeHidden(directory: string): string {
    const folder = this.#random.chance(0.5)
      ? directory
      : join(directory, this.#random.pick(['.cache', '@eaDir', '#recycle']))
    mkdirSync(this.#at(folder), { recursive: true })
    const path = join(
      folder,
      folder === directory ? `.hidden${this.#number(5)}` : `thumb${this.#number(5)}.jpg`,
    )
    if (this.#isFolder(path)) return `nothing, because ${path} is a folder`
    this.#writeText(path)
    return `write ${path}`
  }

  #removeOther(directory: string): string | undefined {
    const names = readdirSync(this.#at(directory)).filter(
      (name) => /^(notes|film|list|scan|\.hidden)\d+/.test(name) && !this.#isFolder(join(directory, name)),
    )
    if (names.length === 0) return undefined
    const path = join(directory, this.#random.pick(names.sort()))
    rmSync(this.#at(path))
    return `delete ${path}`
  }

  async #writeUnnamedImage(directory: string): Promise<string> {
    const path = join(directory, `scan${this.#number(20)}${this.#random.pick(['', '.dat', '.bak'])}`)
    if (this.#isFolder(path)) return `nothing, because ${path} is a folder`
    writeFileSync(this.#at(path), await this.#contents.image())
    return `write the image ${path}`
  }

  /** Keeps size and modification time; only the change time shows the edit. */
  async #editInPlace(path: string): Promise<string | undefined> {
    const { size, atime, mtime } = statSync(this.#at(path))
    const bytes = await this.#contents.image()
    if (bytes.length > size) return undefined
    // Every decoder ignores what follows the picture.
    const padded = Buffer.concat([bytes, Buffer.alloc(size - bytes.length)])
    this.#contents.note(padded, 'image')
    writeFileSync(this.#at(path), padded)
    utimesSync(this.#at(path), atime, mtime)
    return `edit ${path} in place, with its time set back`
  }

  #writeText(path: string): void {
    const bytes = Buffer.from(`text ${this.#number(1_000_000)}`)
    this.#contents.note(bytes, 'broken')
    writeFileSync(this.#at(path), bytes)
  }

  #isFolder(path: string): boolean {
    return statSync(this.#at(path), { throwIfNoEntry: false })?.isDirectory() ?? false
  }

  #number(end: number): number {
    return Math.floor(this.#random.between(0, end))
  }
}
