import { mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../scripts/demo/random.ts'
import type { Contents } from './contents.ts'
import { isLeftOut } from './disk.ts'
import { KEPT } from './operations.ts'

/** Random changes of files that the gallery leaves out, of images without the name of one, and edits that times do not show. */
export function createOtherOperator(
  root: string,
  random: Random,
  contents: Contents,
): { act(): Promise<string> } {
  const at = (path: string) => join(root, path)
  return {
    async act() {
      const { directories, images } = list()
      const directory = random.pick(directories)
      const kind = random.between(0, 5)
      if (kind < 1) return writeOther(directory)
      if (kind < 2) return writeHidden(directory)
      if (kind < 3) return removeOther(directory) ?? writeOther(directory)
      if (kind < 4 || images.length === 0) return writeUnnamedImage(directory)
      return (await editInPlace(random.pick(images))) ?? writeUnnamedImage(directory)
    },
  }

  function list(): { directories: string[]; images: string[] } {
    const directories = ['']
    const images: string[] = []
    for (const directory of directories)
      for (const entry of readdirSync(at(directory), { withFileTypes: true })) {
        const path = join(directory, entry.name)
        if (isLeftOut(entry.name) || path === KEPT) continue
        if (entry.isDirectory()) directories.push(path)
        else if (entry.isFile() && (statSync(at(path)).mode & 0o200) !== 0) images.push(path)
      }
    return { directories: directories.sort(), images: images.sort() }
  }

  function writeOther(directory: string): string {
    const path = join(
      directory,
      `${random.pick(['notes', 'film', 'list'])}${number(9)}${random.pick(['.txt', '.mov', ''])}`,
    )
    if (isFolder(path)) return `nothing, because ${path} is a folder`
    writeText(path)
    return `write ${path}`
  }

  function writeHidden(directory: string): string {
    const folder = random.chance(0.5)
      ? directory
      : join(directory, random.pick(['.cache', '@eaDir', '#recycle']))
    mkdirSync(at(folder), { recursive: true })
    const path = join(folder, folder === directory ? `.hidden${number(5)}` : `thumb${number(5)}.jpg`)
    if (isFolder(path)) return `nothing, because ${path} is a folder`
    writeText(path)
    return `write ${path}`
  }

  function removeOther(directory: string): string | undefined {
    const names = readdirSync(at(directory)).filter(
      (name) => !isFolder(join(directory, name)) && /^(notes|film|list|scan|\.hidden)\d+/.test(name),
    )
    if (names.length === 0) return undefined
    const path = join(directory, random.pick(names.sort()))
    rmSync(at(path))
    return `delete ${path}`
  }

  async function writeUnnamedImage(directory: string): Promise<string> {
    const path = join(directory, `scan${number(20)}${random.pick(['', '.dat', '.bak'])}`)
    if (isFolder(path)) return `nothing, because ${path} is a folder`
    writeFileSync(at(path), await contents.image())
    return `write the image ${path}`
  }

  /** Keeps size and modification time; only the change time shows the edit. */
  async function editInPlace(path: string): Promise<string | undefined> {
    const { size, atime, mtime } = statSync(at(path))
    const bytes = await contents.image()
    if (bytes.length > size) return undefined
    // Every decoder ignores what follows the picture.
    const padded = Buffer.concat([bytes, Buffer.alloc(size - bytes.length)])
    contents.note(padded, 'distinct')
    writeFileSync(at(path), padded)
    utimesSync(at(path), atime, mtime)
    return `edit ${path} in place, with its time set back`
  }

  function writeText(path: string): void {
    const bytes = Buffer.from(`text ${number(1_000_000)}`)
    contents.note(bytes, 'broken')
    writeFileSync(at(path), bytes)
  }

  function isFolder(path: string): boolean {
    return statSync(at(path), { throwIfNoEntry: false })?.isDirectory() ?? false
  }

  function number(end: number): number {
    return Math.floor(random.between(0, end))
  }
}
