import bidiModule from 'bidi-js'

/** The types are those of an ES module, but Node loads a CommonJS module, which is this function. */
const createBidi = bidiModule as unknown as typeof bidiModule.default

/** A grapheme cluster, which is never cut, and the name of its font in the document. */
export interface Letter {
  text: string
  font: string
}

/** Text in one font that is drawn as a whole. */
export interface Piece {
  /** In the order in which they are read */
  letters: readonly Letter[]
  font: string
  isRightToLeft: boolean
}

interface LevelledPiece extends Piece {
  level: number
}

/** Scripts that are written from right to left, and digits of theirs. */
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

let bidi: ReturnType<typeof createBidi> | undefined

/**
 * Splits a line into pieces by font and direction, in the order in which they stand on the paper, by the Unicode
 * Bidirectional Algorithm. Like file managers, it takes the line itself as one from left to right.
 */
export function visualOrder(letters: readonly Letter[]): Piece[] {
  const text = letters.map((letter) => letter.text).join('')
  if (!RIGHT_TO_LEFT.test(text)) return split(letters, new Uint8Array(text.length))
  bidi ??= createBidi()
  const pieces = split(letters, bidi.getEmbeddingLevels(text, 'ltr').levels)
  // Rule L2: from the highest level on, all that is of it or above is reversed.
  const highest = Math.max(...pieces.map(({ level }) => level))
  for (let level = highest; level > 0; level--) reverseFrom(level, pieces)
  return pieces.map((piece) => (piece.isRightToLeft ? mirrored(piece) : piece))
}

/** @param levels of the UTF-16 code units of all letters; odd ones are right-to-left */
function split(letters: readonly Letter[], levels: Uint8Array): LevelledPiece[] {
  const pieces: (LevelledPiece & { letters: Letter[] })[] = []
  let at = 0
  for (const letter of letters) {
    const level = levels[at]!
    at += letter.text.length
    const last = pieces.at(-1)
    // pdfkit shapes each word by itself, so words from right to left are pieces of their own.
    const isSameWord = level % 2 === 0 || ![letter.text, last?.letters[0]?.text].includes(' ')
    if (last?.level === level && last.font === letter.font && isSameWord) last.letters.push(letter)
    else pieces.push({ letters: [letter], font: letter.font, level, isRightToLeft: level % 2 === 1 })
  }
  return pieces
}

function reverseFrom(level: number, pieces: LevelledPiece[]): void {
  for (let start = 0; start < pieces.length; start++) {
    let end = start
    while (end < pieces.length && pieces[end]!.level >= level) end++
    if (end === start) continue
    pieces.splice(start, end - start, ...pieces.slice(start, end).reverse())
    start = end
  }
}

/** Turns brackets around. */
function mirrored(piece: Piece): Piece {
  const letters = piece.letters.map(({ text, font }) => ({
    text: bidi?.getMirroredCharacter(text) ?? text,
    font,
  }))
  return { ...piece, letters }
}
