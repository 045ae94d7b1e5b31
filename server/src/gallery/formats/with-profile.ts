import { deflateSync } from 'node:zlib'
import sharp, { type Raw, type Sharp } from 'sharp'
import { pngChunk } from './png-chunk.ts'

/** The signature of a PNG and its first chunk, `IHDR`. */
const PNG_START_BYTES = 33

/**
 * Pixels with the ICC profile of their colours, which sharp cannot add to raw pixels.
 * @returns a function that begins another decoding, of an uncompressed PNG
 */
export async function withProfile(pixels: Buffer, raw: Raw, profile: Uint8Array): Promise<() => Sharp> {
  const png = await sharp(pixels, { raw }).png({ compressionLevel: 0 }).toBuffer()
  // PNG, third edition, section 11.3.2.3: a name, a zero, the method of compression, and the compressed profile.
  const data = Buffer.concat([Buffer.from('icc\0\0', 'latin1'), deflateSync(profile)])
  const withChunk = Buffer.concat([
    png.subarray(0, PNG_START_BYTES),
    pngChunk('iCCP', data),
    png.subarray(PNG_START_BYTES),
  ])
  return () => sharp(withChunk, { limitInputPixels: false })
}
