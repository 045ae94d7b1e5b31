import type { Font, Glyph } from 'fontkit'
import type PDFDocument from 'pdfkit'
import { asSource, type CreateFont, type FontFace } from './font-face.ts'
import { type Fonts, systemFonts, type Weight } from './fonts.ts'
import { type Letter, type Piece, visualOrder } from './visual-order.ts'

type Document = InstanceType<typeof PDFDocument>

/** In points */
export interface TextBox {
  x: number
  y: number
  width: number
  size: number
  weight?: Weight
  color?: string
  align?: 'left' | 'center'
  /** Room for several lines; without it, there is one. Text that does not fit ends with an ellipsis. */
  height?: number
}

export interface Typesetter {
  /** Draws a text, in whichever fonts have its letters. Letters that no font has are question marks. */
  draw(text: string, box: TextBox): Promise<void>
}

interface DrawnPiece {
  text: string
  font: string
  width: number
}

interface DocumentFont {
  /** Key in the document */
  name: string
  create: CreateFont
  /** Not the instance of the document, whose glyphs must not be read early. */
  font: Font
  /** Glyphs whose outlines are intact */
  checked: Set<number>
  /** Whether a cluster can be drawn, by cluster */
  drawable: Map<string, boolean>
}

const BUILT_IN: Record<Weight, string> = { regular: 'Helvetica', bold: 'Helvetica-Bold' }
/** Height of the built-in fonts above the baseline, as a share of the size */
const ASCENT = 0.718
/** Distance of two lines, as a share of the size */
const LINE_HEIGHT = 1.156
/** Characters of Windows-1252, which the built-in fonts have. */
const HAS_BUILT_IN_FONT = /^[\x20-\x7e\xa0-\xff–—‘’“”•…€Œœ™ŠšŽžŸ]*$/u
/** Left out: a name could use them to look like another one. */
const DIRECTION_CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/gu
const UNKNOWN = '?'
const ELLIPSIS = '…'
/** Without any of them, fontkit reverses nothing. */
const SHAPING_TABLES = ['GSUB', 'GPOS', 'morx']
const MAX_FONTS = 32
const MAX_RECENT = 1000
const MAX_CLUSTERS = 20_000
const MAX_OUTLINES = 500
const MAX_FONT_BYTES = 256 * 1024 ** 2

/** @param fonts where letters are looked for that the built-in fonts lack */
export function createTypesetter(document: Document, fonts: Fonts = systemFonts()): Typesetter {
  return new DocumentTypesetter(document, fonts)
}

class DocumentTypesetter implements Typesetter {
  readonly #document: Document
  readonly #fonts: Fonts
  readonly #included = new Map<Weight, DocumentFont | undefined>()
  readonly #others: DocumentFont[] = []
  readonly #tried = new Set<FontFace>()
  /** Clusters for which fonts of the system were looked for */
  readonly #searched = new Set<string>()
  readonly #segmenter = new Intl.Segmenter('en')
  /** Pieces that were measured and are soon drawn, by font, size, direction and text */
  readonly #recent = new Map<string, DrawnPiece>()
  #bytes = 0

  constructor(document: Document, fonts: Fonts) {
    this.#document = document
    this.#fonts = fonts
  }

  async draw(text: string, box: TextBox): Promise<void> {
    const letters = await this.#lettersOf(text, box.weight ?? 'regular')
    const lines = this.#wrap(letters, box)
    this.#document.fillColor(box.color ?? '#1a1a18')
    for (const [n, line] of lines.entries()) this.#drawLine(line, box, box.y + n * box.size * LINE_HEIGHT)
  }

  #drawLine(letters: readonly Letter[], { x, width, size, align }: TextBox, top: number): void {
    const pieces = this.#measured(letters, size)
    let left = align === 'center' ? x + (width - totalWidth(pieces)) / 2 : x
    for (const piece of pieces) {
      this.#document.font(piece.font, size)
      this.#document.text(piece.text, left, top + ASCENT * size, {
        lineBreak: false,
        baseline: 'alphabetic',
      })
      left += piece.width
    }
  }

  #wrap(letters: readonly Letter[], box: TextBox): Letter[][] {
    const { width, size, height = 0 } = box
    const maxLines = Math.max(1, Math.floor(height / (size * LINE_HEIGHT)))
    const lines: Letter[][] = []
    let rest = [...letters]
    while (rest.length > 0) {
      const count = this.#fittingCount(rest, width, size)
      if (count === rest.length) return [...lines, rest]
      if (lines.length === maxLines - 1) return [...lines, this.#shortened(rest, box)]
      const space = rest.findLastIndex(({ text }, index) => text === ' ' && index <= count)
      const end = space > 0 ? space : Math.max(1, count)
      lines.push(rest.slice(0, end))
      rest = rest.slice(space > 0 ? end + 1 : end)
    }
    return lines
  }

  #shortened(letters: readonly Letter[], { width, size, weight = 'regular' }: TextBox): Letter[] {
    const ellipsis = { text: ELLIPSIS, font: BUILT_IN[weight] }
    const room = width - this.#widthOf([ellipsis], size)
    const kept = letters.slice(0, this.#fittingCount(letters, room, size))
    while (kept.at(-1)?.text === ' ') kept.pop()
    return [...kept, ellipsis]
  }

  /** @returns how many letters from the beginning fit into a width */
  #fittingCount(letters: readonly Letter[], width: number, size: number): number {
    if (this.#widthOf(letters, size) <= width) return letters.length
    let [low, high] = [0, letters.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.#widthOf(letters.slice(0, middle), size) <= width) low = middle
      else high = middle - 1
    }
    return low
  }

  #widthOf(letters: readonly Letter[], size: number): number {
    return totalWidth(this.#measured(letters, size))
  }

  #measured(letters: readonly Letter[], size: number): DrawnPiece[] {
    return visualOrder(letters).map((piece) => this.#drawn(piece, size))
  }

  /** Text that the font can't shape, although it has the letters, becomes question marks. */
  #drawn({ letters, font, isRightToLeft }: Piece, size: number): DrawnPiece {
    const text = letters.map((letter) => letter.text).join('')
    const key = `${font} ${size} ${isRightToLeft} ${text}`
    let drawn = this.#recent.get(key)
    if (drawn !== undefined) return drawn
    const embedded = [...this.#included.values(), ...this.#others].find((other) => other?.name === font)
    const direction = embedded === undefined ? 'ltr' : directionOf(embedded, text)
    if (direction === undefined)
      drawn = { text: UNKNOWN.repeat(letters.length), font: BUILT_IN.regular, width: 0 }
    else if ((direction === 'rtl') === isRightToLeft) drawn = { text, font, width: 0 }
    else drawn = { text: reversed(letters), font, width: 0 }
    drawn.width = this.#document.font(drawn.font, size).widthOfString(drawn.text)
    if (this.#recent.size >= MAX_RECENT) this.#recent.clear()
    this.#recent.set(key, drawn)
    return drawn
  }

  async #lettersOf(text: string, weight: Weight): Promise<Letter[]> {
    const words = text
      .toWellFormed()
      .normalize('NFC')
      .replaceAll(DIRECTION_CONTROLS, '')
      .replaceAll(UNPRINTABLE, UNKNOWN)
      .split(/(?<= )/)
    const letters: Letter[] = []
    for (const word of words) {
      const clusters = Array.from(this.#segmenter.segment(word), ({ segment }) => segment)
      if (HAS_BUILT_IN_FONT.test(word))
        letters.push(...clusters.map((cluster) => ({ text: cluster, font: BUILT_IN[weight] })))
      else letters.push(...(await this.#fromFonts(clusters, weight)))
    }
    return letters
  }

  /** Words with a letter that the built-in fonts lack are drawn in other fonts as a whole, as far as these have the letters. */
  async #fromFonts(clusters: readonly string[], weight: Weight): Promise<Letter[]> {
    const included = await this.#includedFont(weight)
    const inUse = () => [...(included === undefined ? [] : [included]), ...this.#others]
    const lacking = clusters.filter(
      (cluster) => !this.#searched.has(cluster) && !inUse().some((font) => hasCluster(font, cluster)),
    )
    for (const cluster of lacking) this.#searched.add(cluster)
    await this.#addFontsFor(new Set(lacking.flatMap(codePointsOf)))
    const letterOf = (text: string): Letter | undefined => {
      const font = inUse().find((other) => hasCluster(other, text))
      if (font !== undefined) return { text, font: font.name }
      return HAS_BUILT_IN_FONT.test(text) ? { text, font: BUILT_IN[weight] } : undefined
    }
    return clusters.flatMap(
      (cluster) =>
        letterOf(cluster) ??
        Array.from(
          cluster.replaceAll(new RegExp(INVISIBLE, 'gu'), ''),
          (character) => letterOf(character) ?? { text: UNKNOWN, font: BUILT_IN[weight] },
        ),
    )
  }

  async #includedFont(weight: Weight): Promise<DocumentFont | undefined> {
    if (!this.#included.has(weight)) {
      const create = await (await this.#fonts.included(weight))?.load()
      this.#included.set(weight, create && this.#registered(create))
    }
    return this.#included.get(weight)
  }

  /** Adds fonts of the system until all code points have a glyph, as far as there are such fonts. */
  async #addFontsFor(codePoints: ReadonlySet<number>): Promise<void> {
    let lacking = codePoints
    while (lacking.size > 0 && this.#others.length < MAX_FONTS) {
      const face = await this.#fonts.bestFor(lacking, this.#tried)
      if (face === undefined) break
      this.#tried.add(face)
      if (this.#bytes + face.bytes > MAX_FONT_BYTES) continue
      const create = await face.load()
      if (create === undefined) continue
      this.#bytes += face.bytes
      const added = this.#registered(create)
      this.#others.push(added)
      lacking = new Set([...lacking].filter((code) => !added.font.hasGlyphForCodePoint(code)))
    }
  }

  #registered(create: CreateFont): DocumentFont {
    const font = create()
    const name = `embedded-${this.#included.size + this.#others.length}-${font.postscriptName}`
    this.#document.registerFont(name, asSource(create()))
    return { name, create, font, checked: new Set(), drawable: new Map() }
  }
}

function reversed(letters: readonly Letter[]): string {
  return letters
    .map(({ text }) => text)
    .reverse()
    .join('')
}

function totalWidth(pieces: readonly { width: number }[]): number {
  return pieces.reduce((sum, { width }) => sum + width, 0)
}

function codePointsOf(cluster: string): number[] {
  return Array.from(cluster)
    .filter((character) => !INVISIBLE.test(character))
    .map((character) => character.codePointAt(0)!)
}

function hasCluster(embedded: DocumentFont, cluster: string): boolean {
  const { font, drawable } = embedded
  let known = drawable.get(cluster)
  if (known === undefined) {
    const hasGlyphs = codePointsOf(cluster).every((code) => font.hasGlyphForCodePoint(code))
    known = hasGlyphs && directionOf(embedded, cluster) !== undefined
    if (drawable.size >= MAX_CLUSTERS) drawable.clear()
    drawable.set(cluster, known)
  }
  return known
}

/**
 * Returns the direction in which fontkit draws a text, which it finds by the script: punctuation is `ltr`, and digits of
 * Arabic are `rtl`. Undefined if it can't draw the text, because the font is damaged or the sequence of letters is unusual.
 */
function directionOf(embedded: DocumentFont, text: string): 'ltr' | 'rtl' | undefined {
  try {
    const { glyphs, direction } = embedded.font.layout(text)
    for (const glyph of glyphs) checkOutline(embedded, glyph)
    return direction === 'rtl' && SHAPING_TABLES.some((table) => table in embedded.font) ? 'rtl' : 'ltr'
  } catch {
    return undefined
  }
}

/** @throws errors of any kind if the outline of a glyph is damaged */
function checkOutline(embedded: DocumentFont, glyph: Glyph): void {
  if (embedded.checked.has(glyph.id)) return
  glyph.path.commands
  embedded.checked.add(glyph.id)
  // An instance keeps all outlines that it has read.
  if (embedded.checked.size % MAX_OUTLINES === 0) embedded.font = embedded.create()
}
