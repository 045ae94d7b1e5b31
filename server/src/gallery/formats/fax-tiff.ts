const LONG = 4
const SHORT = 3
const HEADER_BYTES = 8
/** TIFF 6.0, section 11: CCITT T.4 with one dimension. */
const T4 = 3

/**
 * Wraps bits that are packed by CCITT T.4 as a TIFF, in which black is 1.
 * @param packed the bits, rows one after the other
 */
export function wrapFax(packed: Uint8Array, width: number, height: number): Buffer {
  const dataAt = HEADER_BYTES
  const entries: [tag: number, type: number, value: number][] = [
    [256, LONG, width],
    [257, LONG, height],
    [258, SHORT, 1],
    [259, SHORT, T4],
    [262, SHORT, 0],
    [273, LONG, dataAt],
    [277, SHORT, 1],
    [278, LONG, height],
    [279, LONG, packed.length],
  ]
  const directoryAt = dataAt + packed.length + (packed.length % 2)
  const tiff = Buffer.alloc(directoryAt + 2 + entries.length * 12 + 4)
  tiff.write('II*\0', 0, 'latin1')
  tiff.writeUInt32LE(directoryAt, 4)
  tiff.set(packed, dataAt)
  tiff.writeUInt16LE(entries.length, directoryAt)
  for (const [n, [tag, type, value]] of entries.entries()) {
    const at = directoryAt + 2 + n * 12
    tiff.writeUInt16LE(tag, at)
    tiff.writeUInt16LE(type, at + 2)
    tiff.writeUInt32LE(1, at + 4)
    if (type === SHORT) tiff.writeUInt16LE(value, at + 8)
    else tiff.writeUInt32LE(value, at + 8)
  }
  return tiff
}
