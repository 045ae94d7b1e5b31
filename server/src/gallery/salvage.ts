import sharp from 'sharp'
import type { ImageFormat } from './formats/index.ts'
import { repairPng } from './formats/repair-png.ts'
import { repairWebp } from './formats/repair-webp.ts'
import { noteOnDamage, PARTLY_DECODED, unreadable } from './reasons.ts'

/** A file that sharp decodes with `failOn: 'none'`. */
export interface Salvaged {
  bytes: Uint8Array
  /** undefined if nothing of the picture is missing. */
  note: string | undefined
}

const END_OF_IMAGE = Buffer.of(0xff, 0xd9)
const ENDS_EARLY = 'the file ends before the picture does'

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
  const closed = Buffer.concat([bytes, END_OF_IMAGE])
  // The marker at the end may be all that is missing.
  if (await canDecode(closed, 'warning')) return { bytes: closed, note: undefined }
  const metadata = await sharp(bytes, { failOn: 'none', limitInputPixels: false })
    .metadata()
    .catch(() => undefined)
  if (metadata === undefined) return undefined
  const { width, height, isProgressive } = metadata
  if (!(await canDecode(bytes, 'none'))) return undefined
  // A progressive file that contains its first scan shows the whole picture, if only coarsely.
  const hasEnough = isProgressive
    ? countScans(bytes) > 1
    : await canDecode(bytes, 'truncated', { left: 0, top: 0, width, height: Math.ceil(height / 2) })
  if (!hasEnough) throw unreadable(`${ENDS_EARLY}, after less than half of its pixels`)
  return { bytes, note: PARTLY_DECODED }
}

async function canDecode(
  bytes: Uint8Array,
  failOn: 'none' | 'truncated' | 'warning',
  part?: { left: number; top: number; width: number; height: number },
): Promise<boolean> {
  const image = sharp(bytes, { failOn, limitInputPixels: false })
  if (part !== undefined) image.extract(part)
  try {
    // The average of the pixels: all of them are decoded, and none is kept.
    await image.resize(1, 1, { fit: 'fill', fastShrinkOnLoad: false }).raw().toBuffer()
    return true
  } catch {
    return false
  }
}

const START_OF_SCAN = 0xda

/** Number of scans that have begun, which the last of them may not have ended. */
function countScans(jpeg: Uint8Array): number {
  let count = 0
  for (let at = 2; at + 1 < jpeg.length; at++)
    if (jpeg[at] === 0xff && jpeg[at + 1] === START_OF_SCAN) count++
  return count
}
