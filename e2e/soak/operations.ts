import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../scripts/demo/random.ts'
import type { Contents } from './contents.ts'
import { hasImageName, newName, show, swapCase } from './names.ts'
import { listTree, type Tree } from './tree.ts'

/** The guard against lost drives begins at a hundred files, and is tested elsewhere. */
const MAX_FILES = 80

export interface Operator {
  /** @returns a line for the history */
  act(): Promise<string>
  /** Returns the paths that were written since the last call, not those that were moved or linked. */
  takeWritten(): Set<string>
}

/** Random changes of a folder, as people and programs make them. */
export function createOperator(root: string, random: Random, contents: Contents): Operator {
  return new RandomOperator(root, random, contents)
}

class RandomOperator implements Operator {
  readonly #root: string
  readonly #random: Random
  readonly #contents: Contents
  #written = new Set<string>()
  readonly #at = (path: string) => join(this.#root, path)
  readonly #whole = (min: number, max: number) => Math.floor(this.#random.between(min, max + 1))
  readonly #operations: [number, (tree: Tree) => Promise<string | undefined> | string | undefined][]
  readonly #total

  constructor(root: string, random: Random, contents: Contents) {
    this.#root = root
    this.#random = random
    this.#contents = contents
    this.#operations = [
      [12, async (tree) => this.#write(this.#newPath(tree), await this.#contents.image())],
      [4, async (tree) => this.#write(this.#newPath(tree), await this.#contents.broken())],
      [3, this.#slowly],
      [6, async ({ files }) => this.#overwrite(this.#pick(files))],
      [4, async ({ files }) => this.#replaceAtomically(this.#pick(files))],
      [3, ({ files }) => this.#touch(this.#pick(files))],
      [8, (tree) => this.#move(this.#pick(tree.files), this.#newPath(tree))],
      [3, ({ files }) => this.#move(this.#pick(files), undefined, swapCase)],
      [3, ({ files }) => this.#moveOnto(this.#pick(files), this.#pick(files))],
      [2, ({ files }) => this.#swap(this.#pick(files), this.#pick(files))],
      [6, (tree) => this.#copy(this.#pick(tree.files), this.#newPath(tree))],
      [2, (tree) => this.#hardLink(this.#pick(tree.files), this.#newPath(tree))],
      [8, ({ files }) => this.#remove(this.#pick(files))],
      [4, (tree) => this.#makeDirectory(tree)],
      [4, (tree) => this.#moveTree(tree)],
      [2, (tree) => this.#copyTree(tree)],
      [3, ({ directories }) => this.#remove(this.#pickDirectory(directories))],
      [2, ({ files }) => this.#fileToDirectory(this.#pick(files))],
      [2, (tree) => this.#directoryToFile(tree)],
      [
        3,
        ({ files, directories }) =>
          this.#symbolicLink(this.#random.chance(0.6) ? this.#pick(files) : this.#random.pick(directories)),
      ],
      [1, ({ directories }) => this.#strangeLink(this.#random.pick(directories))],
      [2, ({ links }) => this.#remove(this.#pick(links))],
      [1, (tree) => this.#pipe(this.#newPath(tree))],
      [2, ({ files }) => this.#forbid(this.#pick(files))],
      [3, ({ files }) => this.#breakFile(this.#pick(files))],
    ]
    this.#total = this.#operations.reduce((sum, [weight]) => sum + weight, 0)
  }

  async act(): Promise<string> {
    for (;;) {
      const tree = listTree(this.#root)
      if (tree.files.length > MAX_FILES) return this.#remove(this.#pick(tree.files)) ?? 'nothing'
      let left = this.#random.between(0, this.#total)
      const chosen = this.#operations.find(([weight]) => {
        left -= weight
        return left <= 0
      })!
      const done = await chosen[1](tree)
      if (done !== undefined) return done
    }
  }

  takeWritten(): Set<string> {
    const taken = this.#written
    this.#written = new Set()
    return taken
  }

  #isWritable(path: string): boolean {
    return (statSync(this.#at(path)).mode & 0o200) !== 0
  }

  #pick(paths: string[]): string | undefined {
    return paths.length === 0 ? undefined : this.#random.pick(paths)
  }

  #pickDirectory(directories: string[]): string | undefined {
    return this.#pick(directories.filter((path) => path !== ''))
  }

  /** A path at which there is nothing yet. */
  #newPath({ directories }: Tree): string {
    for (;;) {
      const path = join(this.#random.pick(directories), newName(this.#random))
      if (!this.#isThere(path)) return path
    }
  }

  #isThere(path: string): boolean {
    return (
      existsSync(dirname(this.#at(path))) && readdirSync(dirname(this.#at(path))).includes(basename(path))
    )
  }

  #write(path: string, bytes: Buffer): string {
    this.#written.add(path)
    writeFileSync(this.#at(path), bytes)
    return `write ${show(path)} (${bytes.length} bytes)`
  }

  readonly #slowly = async (tree: Tree): Promise<string> => {
    const path = this.#newPath(tree)
    const bytes = await this.#contents.image()
    this.#written.add(path)
    const parts = this.#whole(2, 6)
    const size = Math.ceil(bytes.length / parts)
    for (let start = 0; start < bytes.length; start += size) {
      appendFileSync(this.#at(path), bytes.subarray(start, start + size))
      await sleep(this.#whole(20, 200))
    }
    return `write ${show(path)} slowly, in ${parts} parts`
  }

  async #overwrite(path: string | undefined): Promise<string | undefined> {
    if (path === undefined || !this.#isWritable(path)) return undefined
    return `over${this.#write(path, await this.#contents.image())}`
  }

  async #replaceAtomically(path: string | undefined): Promise<string | undefined> {
    if (path === undefined) return undefined
    this.#written.add(path)
    const temporary = join(dirname(path), '.temporary')
    writeFileSync(this.#at(temporary), await this.#contents.image())
    renameSync(this.#at(temporary), this.#at(path))
    return `replace ${show(path)} atomically`
  }

  #touch(path: string | undefined): string | undefined {
    if (path === undefined) return undefined
    const time = new Date(
      2000 + this.#whole(0, 20),
      this.#whole(0, 11),
      this.#whole(1, 28),
      this.#whole(0, 23),
      this.#whole(0, 59),
    )
    this.#written.add(path)
    utimesSync(this.#at(path), time, time)
    return `touch ${show(path)}`
  }

  #move(
    from: string | undefined,
    to: string | undefined,
    change: (path: string) => string = (path) => path,
  ): string | undefined {
    if (from === undefined) return undefined
    const target = to ?? join(dirname(from), change(basename(from)))
    if (target === from || this.#isThere(target)) return undefined
    renameSync(this.#at(from), this.#at(target))
    this.#carryWritten(from, target)
    return `move ${show(from)} to ${show(target)}`
  }

  /** A written file that is moved again counts as written, not as moved. */
  #carryWritten(from: string, to: string): void {
    for (const path of [...this.#written])
      if (path === from || path.startsWith(`${from}/`)) this.#written.add(to + path.slice(from.length))
  }

  #moveOnto(from: string | undefined, to: string | undefined): string | undefined {
    if (from === undefined || to === undefined || !canTakePlace(from, to)) return undefined
    renameSync(this.#at(from), this.#at(to))
    this.#written.add(to)
    return `move ${show(from)} over ${show(to)}`
  }

  #swap(a: string | undefined, b: string | undefined): string | undefined {
    if (a === undefined || b === undefined || !canTakePlace(a, b)) return undefined
    const aside = join(dirname(a), '.aside')
    renameSync(this.#at(a), this.#at(aside))
    renameSync(this.#at(b), this.#at(a))
    renameSync(this.#at(aside), this.#at(b))
    this.#written.add(a).add(b)
    return `swap ${show(a)} and ${show(b)}`
  }

  #copy(from: string | undefined, to: string): string | undefined {
    if (from === undefined || !this.#isWritable(from)) return undefined
    this.#written.add(to)
    copyFileSync(this.#at(from), this.#at(to))
    return `copy ${show(from)} to ${show(to)}`
  }

  #hardLink(from: string | undefined, to: string): string | undefined {
    if (from === undefined) return undefined
    this.#written.add(to)
    linkSync(this.#at(from), this.#at(to))
    return `link ${show(from)} hard as ${show(to)}`
  }

  #remove(path: string | undefined): string | undefined {
    if (path === undefined) return undefined
    rmSync(this.#at(path), { recursive: true })
    return `delete ${show(path)}`
  }

  #newDirectory({ directories }: Tree): string | undefined {
    const parents = directories.filter((path) => path.split('/').length < 4)
    const name = this.#random.chance(0.15) ? `folder ${this.#whole(0, 9)}.jpg` : `d${this.#whole(0, 30)}`
    const path = join(this.#random.pick(parents), name)
    return this.#isThere(path) ? undefined : path
  }

  #makeDirectory(tree: Tree): string | undefined {
    const path = this.#newDirectory(tree)
    if (path === undefined) return undefined
    mkdirSync(this.#at(path))
    return `make folder ${show(path)}`
  }

  #moveTree(tree: Tree): string | undefined {
    const from = this.#pickDirectory(tree.directories)
    const to = this.#newDirectory(tree)
    if (from === undefined || to === undefined || `${to}/`.startsWith(`${from}/`)) return undefined
    renameSync(this.#at(from), this.#at(to))
    this.#carryWritten(from, to)
    return `move tree ${show(from)} to ${show(to)}`
  }

  #copyTree(tree: Tree): string | undefined {
    const from = this.#pickDirectory(tree.directories)
    const to = this.#newDirectory(tree)
    if (from === undefined || to === undefined || `${to}/`.startsWith(`${from}/`)) return undefined
    // Copying a named pipe would wait for a writer.
    const filter = (source: string) => !lstatSync(source).isFIFO()
    cpSync(this.#at(from), this.#at(to), { recursive: true, verbatimSymlinks: true, filter })
    for (const path of listTree(this.#root).files) if (path.startsWith(`${to}/`)) this.#written.add(path)
    return `copy tree ${show(from)} to ${show(to)}`
  }

  #fileToDirectory(path: string | undefined): string | undefined {
    if (path === undefined) return undefined
    unlinkSync(this.#at(path))
    mkdirSync(this.#at(path))
    return `replace file ${show(path)} by a folder`
  }

  async #directoryToFile({ directories }: Tree): Promise<string | undefined> {
    const path = this.#pick(directories.filter((path) => path.endsWith('.jpg')))
    if (path === undefined) return undefined
    rmSync(this.#at(path), { recursive: true })
    return `replace folder: ${this.#write(path, await this.#contents.image())}`
  }

  #symbolicLink(target: string | undefined): string | undefined {
    if (target === undefined) return undefined
    const isFile = /\.\w+$/.test(target)
    const tree = listTree(this.#root)
    const path = isFile ? this.#newPath(tree) : this.#newDirectory(tree)
    if (path === undefined) return undefined
    symlinkSync(relative(dirname(this.#at(path)), this.#at(target)) || '.', this.#at(path))
    return `link ${show(path)} -> ${show(target)}`
  }

  #strangeLink(directory: string): string | undefined {
    const path = join(directory, newName(this.#random))
    if (this.#isThere(path)) return undefined
    const target = this.#random.pick(['/etc/hosts', '/nowhere', basename(path), '..'])
    symlinkSync(target, this.#at(path))
    return `link ${show(path)} -> ${target}`
  }

  #pipe(path: string): string | undefined {
    if (spawnSync('mkfifo', [this.#at(path)]).status !== 0) return undefined
    return `make pipe ${show(path)}`
  }

  #forbid(path: string | undefined): string | undefined {
    if (path === undefined) return undefined
    chmodSync(this.#at(path), this.#isWritable(path) ? 0o000 : 0o644)
    return `change permissions of ${show(path)}`
  }

  #breakFile(path: string | undefined): string | undefined {
    if (path === undefined || !this.#isWritable(path)) return undefined
    const bytes = readFileSync(this.#at(path))
    const start = bytes.subarray(0, bytes.length / 8)
    this.#contents.noteStart(start, bytes)
    this.#written.add(path)
    writeFileSync(this.#at(path), start)
    return `break ${show(path)}`
  }
}

/** It is unknown whether a damaged file without the name of an image is still recognised as one. */
function canTakePlace(a: string, b: string): boolean {
  return a !== b && hasImageName(a) === hasImageName(b)
}
