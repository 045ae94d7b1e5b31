/** Pairs of the first and the last code point of each range that a font has glyphs for, in ascending order. */
export type CodePointRanges = Uint32Array

const UNICODE = 0
const WINDOWS = 3
/** Encodings of the Windows platform that are Unicode: the first 65,536 code points, and all. */
const WINDOWS_UNICODE = [1, 10]
const LAST_CODE_POINT = 0x10ffff

/**
 * Reads which code points a font has glyphs for.
 * @param table `cmap` of an OpenType font (https://learn.microsoft.com/typography/opentype/spec/cmap)
 * @throws RangeError if the table is damaged
 */
export function readCharacterMap(table: Buffer): CodePointRanges {
  const subtables = Array.from({ length: table.readUInt16BE(2) }, (_, n) => {
    const record = 4 + 8 * n
    const [platform, encoding] = [table.readUInt16BE(record), table.readUInt16BE(record + 2)]
    const isUnicode = platform === UNICODE || (platform === WINDOWS && WINDOWS_UNICODE.includes(encoding))
    const offset = table.readUInt32BE(record + 4)
    return { isUnicode, offset, format: table.readUInt16BE(offset) }
  }).filter(({ isUnicode }) => isUnicode)
  const full = subtables.find(({ format }) => format === 12)
  if (full !== undefined) return Uint32Array.from(groups(table, full.offset))
  const basic = subtables.find(({ format }) => format === 4)
  return Uint32Array.from(basic === undefined ? [] : segments(table, basic.offset))
}

/** @returns whether the ranges include a code point */
export function includesCodePoint(ranges: CodePointRanges, codePoint: number): boolean {
  let [low, high] = [0, ranges.length / 2]
  while (low < high) {
    const middle = (low + high) >> 1
    if (codePoint > ranges[2 * middle + 1]!) low = middle + 1
    else high = middle
  }
  return low < ranges.length / 2 && codePoint >= ranges[2 * low]!
}

/** Format 12 */
function* groups(table: Buffer, offset: number): Generator<number> {
  const count = table.readUInt32BE(offset + 12)
  for (let n = 0; n < count; n++) {
    const group = offset + 16 + 12 * n
    yield table.readUInt32BE(group)
    yield Math.min(table.readUInt32BE(group + 4), LAST_CODE_POINT)
  }
}

/** Format 4. A segment may have holes: code points of glyph 0, the sign for missing glyphs. */
function* segments(table: Buffer, offset: number): Generator<number> {
  const doubled = table.readUInt16BE(offset + 6)
  const ends = offset + 14
  const starts = ends + doubled + 2
  let from: number | undefined
  for (let at = 0; at < doubled; at += 2) {
    const [start, end] = [table.readUInt16BE(starts + at), table.readUInt16BE(ends + at)]
    for (let code = start; code <= end; code++) {
      const hasGlyph = code !== 0xffff && glyphOf(table, starts + at, doubled, code - start, code) !== 0
      if (hasGlyph) from ??= code
      else if (from !== undefined) {
        yield from
        yield code - 1
        from = undefined
      }
    }
    if (from === undefined) continue
    yield from
    yield end
    from = undefined
  }
}

/** @param start position of the first code of the segment; its delta and the offset of its glyphs follow at a distance */
function glyphOf(table: Buffer, start: number, doubled: number, index: number, code: number): number {
  const delta = table.readUInt16BE(start + doubled)
  const glyphs = start + 2 * doubled
  const glyphsOffset = table.readUInt16BE(glyphs)
  if (glyphsOffset === 0) return (code + delta) & 0xffff
  const glyph = table.readUInt16BE(glyphs + glyphsOffset + 2 * index)
  return glyph === 0 ? 0 : (glyph + delta) & 0xffff
}
