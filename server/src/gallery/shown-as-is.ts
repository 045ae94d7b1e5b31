import sharp from 'sharp'
import { sniff } from './formats/index.ts'
import { END_OF_IMAGE_BYTES } from './formats/jpeg-segments.ts'
import { hasIntactChunks } from './formats/png-chunk.ts'

/** Properties of AVIF that turn, mirror and crop, which not all browsers apply. */
const AVIF_TRANSFORMS = ['irot', 'imir', 'clap']
/** The properties stand in front of the pixels. */
const AVIF_HEADER_BYTES = 64 * 1024

/**
 * Whether all browsers show a file by itself as `renderForBrowser` does: upright, and of a kind that they decode alike. A BMP
 * is not, because browsers differ in offsets, alpha and OS/2 kinds, and neither is an image that EXIF turns, because browsers
 * apply this in some formats only.
 */
export async function isShownAsIs(bytes: Uint8Array): Promise<boolean> {
  switch (sniff(bytes)) {
    case 'jpeg':
      return hasEnd(bytes) && hasUprightPixels(bytes)
    case 'png':
      return hasIntactChunks(bytes) && hasUprightPixels(bytes)
    case 'webp':
    case 'gif':
      return hasUprightPixels(bytes)
    case 'avif': {
      const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, AVIF_HEADER_BYTES))
      const isSequence = head.toString('latin1', 8, 12) === 'avis'
      return !isSequence && !AVIF_TRANSFORMS.some((type) => head.includes(type))
    }
    default:
      return false
  }
}

/** Other data may follow the picture. */
const TAIL_BYTES = 64 * 1024

function hasEnd(jpeg: Uint8Array): boolean {
  const tail = jpeg.subarray(Math.max(0, jpeg.length - TAIL_BYTES))
  return Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength).includes(END_OF_IMAGE_BYTES)
}

async function hasUprightPixels(bytes: Uint8Array): Promise<boolean> {
  try {
    const { orientation = 1 } = await sharp(bytes, { limitInputPixels: false }).metadata()
    return orientation <= 1
  } catch {
    // Rendering finds the reason.
    return false
  }
}
