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
import { newName, show, swapCase } from './names.ts'

/** The file that nothing happens to, so that the gallery is never empty. */
export const KEPT = 'kept.png'
/** The guard against lost drives begins at a hundred files, and is tested elsewhere. */
const MAX_FILES = 80

export interface Operator {
  /** Does something to the folder. @returns what, for the history */
  act(): Promise<string>
  /** Paths that were written anew since they were last asked for; moved and linked ones are not. */
  takeWritten(): Set<string>
}

interface Tree {
  /** Without hidden ones; relative to the root, which is ''. */
  directories: string[]
  /** Ordinary files with an image's name. */
  files: string[]
  links: string[]
}

/** Random changes of a folder, as people and programs make them. */
export function createOperator(root: string, random: Random, contents: Contents): Operator {
  let written = new Set<string>()
  const at = (path: string) => join(root, path)
  const whole = (min: number, max: number) => Math.floor(random.between(min, max + 1))

  const operations: [number, (tree: Tree) => Promise<string | undefined> | string | undefined][] = [
    [12, async (tree) => write(newPath(tree), await contents.image())],
    [4, async (tree) => write(newPath(tree), await contents.broken())],
    [3, slowly],
    [6, async ({ files }) => overwrite(pick(files))],
    [4, async ({ files }) => replaceAtomically(pick(files))],
    [3, ({ files }) => touch(pick(files))],
    [8, (tree) => move(pick(tree.files), newPath(tree))],
    [3, ({ files }) => move(pick(files), undefined, swapCase)],
    [3, ({ files }) => moveOnto(pick(files), pick(files))],
    [2, ({ files }) => swap(pick(files), pick(files))],
    [6, (tree) => copy(pick(tree.files), newPath(tree))],
    [2, (tree) => hardLink(pick(tree.files), newPath(tree))],
    [8, ({ files }) => remove(pick(files))],
    [4, (tree) => makeDirectory(tree)],
    [4, (tree) => moveTree(tree)],
    [2, (tree) => copyTree(tree)],
    [3, ({ directories }) => remove(pickDirectory(directories))],
    [2, ({ files }) => fileToDirectory(pick(files))],
    [2, (tree) => directoryToFile(tree)],
    [
      3,
      ({ files, directories }) => symbolicLink(random.chance(0.6) ? pick(files) : random.pick(directories)),
    ],
    [1, ({ directories }) => strangeLink(random.pick(directories))],
    [2, ({ links }) => remove(pick(links))],
    [1, (tree) => pipe(newPath(tree))],
    [2, ({ files }) => forbid(pick(files))],
    [3, ({ files }) => breakFile(pick(files))],
  ]
  const total = operations.reduce((sum, [weight]) => sum + weight, 0)

  return {
    async act() {
      for (;;) {
        const tree = look()
        if (tree.files.length > MAX_FILES) return remove(pick(tree.files)) ?? 'nothing'
        let left = random.between(0, total)
        const chosen = operations.find(([weight]) => {
          left -= weight
          return left <= 0
        })!
        const done = await chosen[1](tree)
        if (done !== undefined) return done
      }
    },
    takeWritten() {
      const taken = written
      written = new Set()
      return taken
    },
  }

  function isWritable(path: string): boolean {
    return (statSync(at(path)).mode & 0o200) !== 0
  }

  function look(): Tree {
    const tree: Tree = { directories: [''], files: [], links: [] }
    for (let n = 0; n < tree.directories.length; n++) {
      const directory = tree.directories[n]!
      for (const entry of readdirSync(at(directory), { withFileTypes: true })) {
        const path = join(directory, entry.name)
        if (path === KEPT || entry.name.startsWith('.')) continue
        if (entry.isDirectory()) tree.directories.push(path)
        else if (entry.isSymbolicLink()) tree.links.push(path)
        else if (entry.isFile()) tree.files.push(path)
      }
    }
    for (const list of Object.values(tree)) list.sort()
    return tree
  }

  function pick(paths: string[]): string | undefined {
    return paths.length === 0 ? undefined : random.pick(paths)
  }

  function pickDirectory(directories: string[]): string | undefined {
    return pick(directories.filter((path) => path !== ''))
  }

  /** A path at which there is nothing yet. */
  function newPath({ directories }: Tree): string {
    for (;;) {
      const path = join(random.pick(directories), newName(random))
      if (!isThere(path)) return path
    }
  }

  function isThere(path: string): boolean {
    return existsSync(dirname(at(path))) && readdirSync(dirname(at(path))).includes(basename(path))
  }

  function write(path: string, bytes: Buffer): string {
    written.add(path)
    writeFileSync(at(path), bytes)
    return `write ${show(path)} (${bytes.length} bytes)`
  }

  async function slowly(tree: Tree): Promise<string> {
    const path = newPath(tree)
    const bytes = await contents.image()
    written.add(path)
    const parts = whole(2, 6)
    const size = Math.ceil(bytes.length / parts)
    for (let start = 0; start < bytes.length; start += size) {
      appendFileSync(at(path), bytes.subarray(start, start + size))
      await sleep(whole(20, 200))
    }
    return `write ${show(path)} slowly, in ${parts} parts`
  }

  async function overwrite(path: string | undefined): Promise<string | undefined> {
    if (path === undefined || !isWritable(path)) return undefined
    return `over${write(path, await contents.image())}`
  }

  async function replaceAtomically(path: string | undefined): Promise<string | undefined> {
    if (path === undefined) return undefined
    written.add(path)
    const temporary = join(dirname(path), '.temporary')
    writeFileSync(at(temporary), await contents.image())
    renameSync(at(temporary), at(path))
    return `replace ${show(path)} atomically`
  }

  function touch(path: string | undefined): string | undefined {
    if (path === undefined) return undefined
    const time = new Date(2000 + whole(0, 20), whole(0, 11), whole(1, 28), whole(0, 23), whole(0, 59))
    written.add(path)
    utimesSync(at(path), time, time)
    return `touch ${show(path)}`
  }

  function move(
    from: string | undefined,
    to: string | undefined,
    change: (path: string) => string = (path) => path,
  ): string | undefined {
    if (from === undefined) return undefined
    const target = to ?? join(dirname(from), change(basename(from)))
    if (target === from || isThere(target)) return undefined
    renameSync(at(from), at(target))
    carryWritten(from, target)
    return `move ${show(from)} to ${show(target)}`
  }

  /** What was written anew and is moved on is no file that was only moved. */
  function carryWritten(from: string, to: string): void {
    for (const path of [...written])
      if (path === from || path.startsWith(`${from}/`)) written.add(to + path.slice(from.length))
  }

  function moveOnto(from: string | undefined, to: string | undefined): string | undefined {
    if (from === undefined || to === undefined || from === to) return undefined
    renameSync(at(from), at(to))
    written.add(to)
    return `move ${show(from)} over ${show(to)}`
  }

  function swap(a: string | undefined, b: string | undefined): string | undefined {
    if (a === undefined || b === undefined || a === b) return undefined
    const aside = join(dirname(a), '.aside')
    renameSync(at(a), at(aside))
    renameSync(at(b), at(a))
    renameSync(at(aside), at(b))
    written.add(a).add(b)
    return `swap ${show(a)} and ${show(b)}`
  }

  function copy(from: string | undefined, to: string): string | undefined {
    if (from === undefined || !isWritable(from)) return undefined
    written.add(to)
    copyFileSync(at(from), at(to))
    return `copy ${show(from)} to ${show(to)}`
  }

  function hardLink(from: string | undefined, to: string): string | undefined {
    if (from === undefined) return undefined
    written.add(to)
    linkSync(at(from), at(to))
    return `link ${show(from)} hard as ${show(to)}`
  }

  function remove(path: string | undefined): string | undefined {
    if (path === undefined) return undefined
    rmSync(at(path), { recursive: true })
    return `delete ${show(path)}`
  }

  function newDirectory({ directories }: Tree): string | undefined {
    const parents = directories.filter((path) => path.split('/').length < 4)
    const name = random.chance(0.15) ? `folder ${whole(0, 9)}.jpg` : `d${whole(0, 30)}`
    const path = join(random.pick(parents), name)
    return isThere(path) ? undefined : path
  }

  function makeDirectory(tree: Tree): string | undefined {
    const path = newDirectory(tree)
    if (path === undefined) return undefined
    mkdirSync(at(path))
    return `make folder ${show(path)}`
  }

  function moveTree(tree: Tree): string | undefined {
    const from = pickDirectory(tree.directories)
    const to = newDirectory(tree)
    if (from === undefined || to === undefined || `${to}/`.startsWith(`${from}/`)) return undefined
    renameSync(at(from), at(to))
    carryWritten(from, to)
    return `move tree ${show(from)} to ${show(to)}`
  }

  function copyTree(tree: Tree): string | undefined {
    const from = pickDirectory(tree.directories)
    const to = newDirectory(tree)
    if (from === undefined || to === undefined || `${to}/`.startsWith(`${from}/`)) return undefined
    // Copying a named pipe would wait for somebody to write to it.
    const filter = (source: string) => !lstatSync(source).isFIFO()
    cpSync(at(from), at(to), { recursive: true, verbatimSymlinks: true, filter })
    for (const path of look().files) if (path.startsWith(`${to}/`)) written.add(path)
    return `copy tree ${show(from)} to ${show(to)}`
  }

  function fileToDirectory(path: string | undefined): string | undefined {
    if (path === undefined) return undefined
    unlinkSync(at(path))
    mkdirSync(at(path))
    return `replace file ${show(path)} by a folder`
  }

  async function directoryToFile({ directories }: Tree): Promise<string | undefined> {
    const path = pick(directories.filter((path) => path.endsWith('.jpg')))
    if (path === undefined) return undefined
    rmSync(at(path), { recursive: true })
    return `replace folder: ${write(path, await contents.image())}`
  }

  function symbolicLink(target: string | undefined): string | undefined {
    if (target === undefined) return undefined
    const isFile = /\.\w+$/.test(target)
    const tree = look()
    const path = isFile ? newPath(tree) : newDirectory(tree)
    if (path === undefined) return undefined
    symlinkSync(relative(dirname(at(path)), at(target)) || '.', at(path))
    return `link ${show(path)} -> ${show(target)}`
  }

  function strangeLink(directory: string): string | undefined {
    const path = join(directory, newName(random))
    if (isThere(path)) return undefined
    const target = random.pick(['/etc/hosts', '/nowhere', basename(path), '..'])
    symlinkSync(target, at(path))
    return `link ${show(path)} -> ${target}`
  }

  function pipe(path: string): string | undefined {
    if (spawnSync('mkfifo', [at(path)]).status !== 0) return undefined
    return `make pipe ${show(path)}`
  }

  function forbid(path: string | undefined): string | undefined {
    if (path === undefined) return undefined
    chmodSync(at(path), isWritable(path) ? 0o000 : 0o644)
    return `change permissions of ${show(path)}`
  }

  function breakFile(path: string | undefined): string | undefined {
    if (path === undefined || !isWritable(path)) return undefined
    const bytes = readFileSync(at(path))
    const start = bytes.subarray(0, bytes.length / 8)
    contents.noteStart(start, bytes)
    written.add(path)
    writeFileSync(at(path), start)
    return `break ${show(path)}`
  }
}
