const SIGNATURE_BYTES = 8
const CHUNK_HEADER_BYTES = 8
const CHECKSUM_BYTES = 4
const HEADER_BYTES = 13
const DEPTH_AT = 24
const COLOUR_TYPE_AT = 25
const RGB = 2
const RGBA = 6
/** Chunks that change neither the pixels nor what they mean. */
const HARMLESS = ['IHDR', 'sRGB', 'pHYs', 'tEXt', 'zTXt', 'iTXt', 'tIME', 'bKGD', 'sBIT']

export interface PlainPng {
  width: number
  height: number
  hasAlpha: boolean
}

/**
 * Reads the header of a PNG as browsers write it: 8-bit RGB or RGBA in sRGB, upright, a single frame. Nothing else has to be known
 * about it before it is decoded.
 * @param bytes that begin with the signature of PNG
 * @returns undefined for any other PNG
 */
export function readPlainPng(bytes: Uint8Array): PlainPng | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = SIGNATURE_BYTES
  while (at + CHUNK_HEADER_BYTES <= bytes.length) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + CHUNK_HEADER_BYTES))
    if (type === 'IDAT') break
    if (!HARMLESS.includes(type)) return undefined
    at += CHUNK_HEADER_BYTES + view.getUint32(at) + CHECKSUM_BYTES
  }
  if (at < SIGNATURE_BYTES + CHUNK_HEADER_BYTES + HEADER_BYTES || at >= bytes.length) return undefined
  const colourType = bytes[COLOUR_TYPE_AT]
  if (bytes[DEPTH_AT] !== 8 || (colourType !== RGB && colourType !== RGBA)) return undefined
  const width = view.getUint32(SIGNATURE_BYTES + CHUNK_HEADER_BYTES)
  const height = view.getUint32(SIGNATURE_BYTES + CHUNK_HEADER_BYTES + 4)
  return { width, height, hasAlpha: colourType === RGBA }
}
