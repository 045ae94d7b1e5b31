import { type FileHandle, open, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Font } from 'fontkit'
import { type CodePointRanges, includesCodePoint, readCharacterMap } from './character-map.ts'

/** A font in a file, of which little is read until it is used. */
export interface FontFace {
  readonly file: string
  readonly bytes: number
  /** Lower for fonts that suit running text: upright, of regular weight and width. */
  readonly penalty: number
  /** Returns those of the code points for which the font has a glyph; none if the font is damaged. */
  covered(codePoints: Iterable<number>): Promise<number[]>
  /** Returns undefined if the font is damaged. The content of the file stays in memory while a font refers to it. */
  load(): Promise<CreateFont | undefined>
}

/**
 * Creates an instance of the font. Each document needs one of its own: once fontkit has read a glyph as part of another one, it no
 * longer has the character of that glyph, and the text of the document could not be copied.
 */
export type CreateFont = () => Font

interface Table {
  offset: number
  length: number
}

type Tables = ReadonlyMap<string, Table>

/** Enough for the fonts of all Chinese, Japanese and Korean characters in several weights. */
const MAX_FILE_BYTES = 128 * 1024 ** 2
const MAX_CHARACTER_MAP_BYTES = 4 * 1024 ** 2
const MAX_FACES = 64
const MAX_TABLES = 128
const SINGLE = new Set(['\0\x01\0\0', 'true', 'OTTO'])
const COLLECTION = 'ttcf'
const REQUIRED = ['cmap', 'head', 'hhea', 'hmtx', 'maxp', 'post']
/** Their glyphs are pictures, for which a PDF file has no fonts. */
const COLOURED = ['CBDT', 'COLR', 'SVG ', 'sbix']
/** `fsType`: the licence forbids embedding, subsets, or embedding of outlines. */
const RESTRICTED = { mask: 0x0f, embedding: 0x02, subsetting: 0x0100, bitmapsOnly: 0x0200 }
const REGULAR_WEIGHT = 400
const REGULAR_WIDTH = 5
const MONOSPACED = 9

/**
 * Returns the fonts in a file that can be embedded: TrueType and OpenType, also collections.
 * @throws errors of the file system, and RangeError or SyntaxError if the file is damaged
 */
export async function readFaces(file: string): Promise<FontFace[]> {
  await using handle = await open(file)
  const { size } = await handle.stat()
  if (size > MAX_FILE_BYTES) return []
  const faces: FontFace[] = []
  const maps = new Map<number, Promise<CodePointRanges>>()
  for (const [index, offset] of (await fontOffsets(handle)).entries()) {
    const tables = await readTables(handle, offset, size)
    if (!isOutlineFont(tables)) continue
    const style = await readStyle(handle, tables)
    if (style.isRestricted) continue
    faces.push(faceOf(file, size, index, tables.get('cmap')!, penaltyOf(file, style), maps))
  }
  return faces
}

/** @param maps what is read of the file's character maps, by offset: fonts of a collection often share one */
function faceOf(
  file: string,
  bytes: number,
  index: number,
  cmap: Table,
  penalty: number,
  maps: Map<number, Promise<CodePointRanges>>,
): FontFace {
  let content: WeakRef<Buffer> | undefined
  let isDamaged = false
  return {
    file,
    bytes,
    penalty,
    async covered(codePoints) {
      const map = maps.get(cmap.offset) ?? readRanges(file, cmap)
      maps.set(cmap.offset, map)
      const ranges = await map
      return isDamaged ? [] : [...codePoints].filter((codePoint) => includesCodePoint(ranges, codePoint))
    },
    async load() {
      if (isDamaged) return undefined
      try {
        const bytes = content?.deref() ?? (await readFile(file))
        const create = await tested(bytes, index)
        content = new WeakRef(bytes)
        return create
      } catch {
        isDamaged = true
        return undefined
      }
    },
  }
}

/** @returns no ranges if the file is damaged, or gone meanwhile */
async function readRanges(file: string, { offset, length }: Table): Promise<CodePointRanges> {
  try {
    await using handle = await open(file)
    return readCharacterMap(await read(handle, offset, Math.min(length, MAX_CHARACTER_MAP_BYTES)))
  } catch {
    return new Uint32Array()
  }
}

/** @throws errors of any kind if the font is damaged */
async function tested(content: Buffer, index: number): Promise<CreateFont> {
  const [fontkit, { default: Document }] = await Promise.all([import('fontkit'), import('pdfkit')])
  const create = () => {
    const font = fontkit.create(content)
    return 'fonts' in font ? font.fonts[index]! : font
  }
  // A font that can't be embedded would otherwise fail at the end of the document.
  const trial = new Document({ autoFirstPage: false })
  trial.addPage().font(asSource(create())).text(' ', 0, 0, { lineBreak: false }).end()
  return create
}

/** pdfkit also takes fonts that are open already; its types lack them. */
export function asSource(font: Font): ArrayBuffer {
  return font as unknown as ArrayBuffer
}

async function fontOffsets(handle: FileHandle): Promise<number[]> {
  const header = await read(handle, 0, 12)
  const signature = header.toString('latin1', 0, 4)
  if (SINGLE.has(signature)) return [0]
  if (signature !== COLLECTION) throw new SyntaxError('not an OpenType font')
  const count = Math.min(header.readUInt32BE(8), MAX_FACES)
  const offsets = await read(handle, 12, 4 * count)
  return Array.from({ length: count }, (_, n) => offsets.readUInt32BE(4 * n))
}

/** @throws RangeError if a table is not within the file, as in one that was copied in part */
async function readTables(handle: FileHandle, fontOffset: number, size: number): Promise<Tables> {
  const count = Math.min((await read(handle, fontOffset, 12)).readUInt16BE(4), MAX_TABLES)
  const records = await read(handle, fontOffset + 12, 16 * count)
  const tables = new Map<string, Table>()
  for (let at = 0; at < records.length; at += 16) {
    const [offset, length] = [records.readUInt32BE(at + 8), records.readUInt32BE(at + 12)]
    if (offset + length > size) throw new RangeError('a table is not within the file')
    tables.set(records.toString('latin1', at, at + 4), { offset, length })
  }
  return tables
}

function isOutlineFont(tables: Tables): boolean {
  const hasOutlines = tables.has('CFF ') || (tables.has('glyf') && tables.has('loca'))
  return (
    hasOutlines && REQUIRED.every((name) => tables.has(name)) && !COLOURED.some((name) => tables.has(name))
  )
}

interface Style {
  weight: number
  width: number
  isItalic: boolean
  isMonospaced: boolean
  isRestricted: boolean
}

/** Reads the table `OS/2` (https://learn.microsoft.com/typography/opentype/spec/os2), which old fonts lack. */
async function readStyle(handle: FileHandle, tables: Tables): Promise<Style> {
  const place = tables.get('OS/2')
  if (place === undefined)
    return {
      weight: REGULAR_WEIGHT,
      width: REGULAR_WIDTH,
      isItalic: false,
      isMonospaced: false,
      isRestricted: false,
    }
  const table = await read(handle, place.offset, 64)
  const licence = table.readUInt16BE(8)
  return {
    weight: table.readUInt16BE(4),
    width: table.readUInt16BE(6),
    isItalic: (table.readUInt16BE(62) & 1) === 1,
    isMonospaced: table[35] === MONOSPACED,
    isRestricted:
      (licence & RESTRICTED.mask) === RESTRICTED.embedding ||
      (licence & (RESTRICTED.subsetting | RESTRICTED.bitmapsOnly)) !== 0,
  }
}

function penaltyOf(file: string, { weight, width, isItalic, isMonospaced }: Style): number {
  const name = basename(file)
  return (
    Math.abs(weight - REGULAR_WEIGHT) / 100 +
    2 * Math.abs(width - REGULAR_WIDTH) +
    (isItalic ? 10 : 0) +
    (isMonospaced ? 4 : 0) +
    (/serif|mincho|song|ming|batang|times|naskh/i.test(name) ? 2 : 0) +
    // Has a box with the name of the script for every character.
    (/lastresort/i.test(name) ? 1000 : 0)
  )
}

/** @throws RangeError if the file ends before */
async function read(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position)
  if (bytesRead < length) throw new RangeError('the file ends too early')
  return buffer
}
