import { readdir, realpath } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fontFolders } from '../../../config/font-folders.ts'
import { type FontFace, readFaces } from './font-face.ts'

export type Weight = 'regular' | 'bold'

/** Fonts for letters that the built-in fonts of PDF lack. Files are looked for and read when such a letter appears. */
export interface Fonts {
  /** Returns the font that comes with Sketch-Search: Latin, Greek, Cyrillic and Hebrew. */
  included(weight: Weight): Promise<FontFace | undefined>
  /** Returns the font of the system with glyphs for the most of the code points, if there is one. */
  bestFor(codePoints: ReadonlySet<number>, except: ReadonlySet<FontFace>): Promise<FontFace | undefined>
}

const EXTENSIONS = new Set(['.ttf', '.otf', '.ttc', '.otc'])
const MAX_FILES = 5000
const MAX_DEPTH = 6
const INCLUDED: Record<Weight, string> = {
  regular: '400Regular/Arimo_400Regular.ttf',
  bold: '700Bold/Arimo_700Bold.ttf',
}
/** In an installed package, and in a checkout. */
const INCLUDED_FOLDERS = ['../../../../fonts', '../../../../../node_modules/@expo-google-fonts/arimo'].map(
  (place) => fileURLToPath(new URL(place, import.meta.url)),
)

let shared: Fonts | undefined

/** Returns the fonts of this system, which are found once per process. */
export function systemFonts(): Fonts {
  shared ??= createFonts(fontFolders())
  return shared
}

/** @param folders where to look for fonts; the first of two that suit equally wins */
export function createFonts(folders: readonly string[]): Fonts {
  const included: Partial<Record<Weight, Promise<FontFace | undefined>>> = {}
  let found: Promise<FontFace[]> | undefined
  return {
    included(weight) {
      included[weight] ??= firstFace(INCLUDED_FOLDERS.map((folder) => join(folder, INCLUDED[weight])))
      return included[weight]
    },
    async bestFor(codePoints, except) {
      found ??= findFaces(folders)
      let best: { face: FontFace; count: number } | undefined
      for (const face of await found) {
        if (except.has(face)) continue
        const count = (await face.covered(codePoints)).length
        if (count === codePoints.size) return face
        if (count > (best?.count ?? 0)) best = { face, count }
      }
      return best?.face
    },
  }
}

async function firstFace(files: readonly string[]): Promise<FontFace | undefined> {
  for (const file of files) {
    const [face] = await facesOf(file)
    if (face !== undefined) return face
  }
  return undefined
}

/** @returns the fonts in the folders, those for running text first */
async function findFaces(folders: readonly string[]): Promise<FontFace[]> {
  const faces: FontFace[] = []
  for await (const file of fontFiles(folders)) faces.push(...(await facesOf(file)))
  return faces.sort((one, other) => one.penalty - other.penalty)
}

/** @returns nothing for a file that is damaged or can't be read: another font may have the letters */
function facesOf(file: string): Promise<FontFace[]> {
  return readFaces(file).catch(() => [])
}

async function* fontFiles(folders: readonly string[]): AsyncGenerator<string> {
  const visited = new Set<string>()
  let count = 0
  for (const folder of folders) yield* filesIn(folder, 0)

  async function* filesIn(folder: string, depth: number): AsyncGenerator<string> {
    const target = await realpath(folder).catch(() => undefined)
    if (target === undefined || visited.has(target)) return
    visited.add(target)
    const entries = await readdir(target, { withFileTypes: true }).catch(() => [])
    entries.sort((one, other) => (one.name < other.name ? -1 : 1))
    for (const entry of entries) {
      const path = join(target, entry.name)
      if (EXTENSIONS.has(extname(entry.name).toLowerCase())) {
        if (count++ >= MAX_FILES) return
        yield path
      } else if ((entry.isDirectory() || entry.isSymbolicLink()) && depth < MAX_DEPTH)
        yield* filesIn(path, depth + 1)
    }
  }
}
