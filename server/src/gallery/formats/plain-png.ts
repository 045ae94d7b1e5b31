import { chunksOf } from './png-chunk.ts'

const HEADER_BYTES = 13
/** Places in the file: the header is the first chunk. */
const WIDTH_AT = 16
const HEIGHT_AT = 20
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
  let hasHeader = false
  for (const { type, data } of chunksOf(bytes)) {
    if (type === 'IDAT') return hasHeader ? readHeader(bytes) : undefined
    if (!HARMLESS.includes(type)) return undefined
    hasHeader ||= type === 'IHDR' && data.length === HEADER_BYTES
  }
  return undefined
}

function readHeader(bytes: Uint8Array): PlainPng | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const colourType = bytes[COLOUR_TYPE_AT]
  if (bytes[DEPTH_AT] !== 8 || (colourType !== RGB && colourType !== RGBA)) return undefined
  return { width: view.getUint32(WIDTH_AT), height: view.getUint32(HEIGHT_AT), hasAlpha: colourType === RGBA }
}
