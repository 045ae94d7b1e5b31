import sharp from 'sharp'
import type { ImageFormat } from './formats/index.ts'
import { END_OF_IMAGE_BYTES, START_OF_SCAN } from './formats/jpeg-segments.ts'
import { repairPng } from './formats/repair-png.ts'
import { repairWebp } from './formats/repair-webp.ts'
import { ENDS_EARLY, noteOnDamage, PARTLY_DECODED, unreadable } from './reasons.ts'

/** A file that sharp decodes with `failOn: 'none'`. */
export interface Salvaged {
  bytes: Uint8Array
  /** undefined if nothing of the picture is missing. */
  note: string | undefined
}

/**
 * Finds out whether enough of a damaged file can be decoded.
 * @returns undefined if nothing can be done for its format
 * @throws {DomainError} `image_unreadable` if less than half of the picture can be decoded
 */
export async function salvage(bytes: Uint8Array, format: ImageFormat): Promise<Salvaged | undefined> {
  if (format === 'jpeg') return salvageJpeg(bytes)
  const repaired = format === 'png' ? repairPng(bytes) : format === 'webp' ? repairWebp(bytes) : undefined
  return repaired && { bytes: repaired.bytes, note: noteOnDamage(repaired.share, ENDS_EARLY) }
}

async function salvageJpeg(bytes: Uint8Array): Promise<Salvaged | undefined> {
  const share = await shareOfJpeg(bytes)
  if (share === undefined) return undefined
  // Without the marker that is missing, decoders report an error.
  const closed = Buffer.concat([bytes, END_OF_IMAGE_BYTES])
  if (share === 1) return { bytes: closed, note: undefined }
  const { isProgressive } = await sharp(closed, { failOn: 'none', limitInputPixels: false }).metadata()
  if (!isProgressive) return { bytes: closed, note: noteOnDamage(share, ENDS_EARLY) }
  // A progressive file that contains its first scan shows the whole picture, if only coarsely.
  if (countScans(bytes) > 1) return { bytes: closed, note: PARTLY_DECODED }
  throw unreadable(`${ENDS_EARLY}, after less than half of its pixels`)
}

const COMPARED_ROWS = 512
const FILL_BYTES = 256

/**
 * Returns the share of the rows that the data of a JPEG determine. Two decodings, with different data behind the end of the
 * file, agree down to the row in which the data end.
 * @returns undefined if the file can't be decoded at all
 */
async function shareOfJpeg(bytes: Uint8Array): Promise<number | undefined> {
  const [first, second] = [await sketchWith(bytes, 0x35), await sketchWith(bytes, 0xca)]
  if (first === undefined || second === undefined) return undefined
  const differs = first.data.findIndex((value, at) => value !== second.data[at])
  if (differs < 0) return 1
  return Math.floor(differs / first.rowBytes) / (first.data.length / first.rowBytes)
}

/** Decodes a file that is continued by made-up data to a few columns. */
async function sketchWith(
  bytes: Uint8Array,
  seed: number,
): Promise<{ data: Buffer; rowBytes: number } | undefined> {
  // Without FF, which begins a marker.
  const fill = Buffer.from(Array.from({ length: FILL_BYTES }, (_, n) => (seed + n * 89) % 251))
  try {
    const image = sharp(Buffer.concat([bytes, fill, END_OF_IMAGE_BYTES]), {
      failOn: 'none',
      limitInputPixels: false,
    })
    const { height } = await image.metadata()
    const { data, info } = await image
      .resize(16, Math.min(height, COMPARED_ROWS), { fit: 'fill', fastShrinkOnLoad: false })
      .raw()
      .toBuffer({ resolveWithObject: true })
    return { data, rowBytes: info.width * info.channels }
  } catch {
    return undefined
  }
}

/** Number of scans that have begun; the last one may still be running. */
function countScans(jpeg: Uint8Array): number {
  let count = 0
  for (let at = 2; at + 1 < jpeg.length; at++)
    if (jpeg[at] === 0xff && jpeg[at + 1] === START_OF_SCAN) count++
  return count
}
