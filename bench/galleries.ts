import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'

export const FILES_PER_FOLDER = 1000

/** Writes small JPEGs that differ in their bytes. */
export async function writeGallery(gallery: string, files: number): Promise<void> {
  const pictures = await noisePictures(32)
  for (let n = 0; n < files; n++) {
    const folder = join(gallery, `folder-${Math.floor(n / FILES_PER_FOLDER)}`)
    if (n % FILES_PER_FOLDER === 0) mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, `${n}.jpg`), pictureNumber(n, pictures))
  }
}

/** Draws JPEGs with clouds of colour. @param side in pixels */
export function noisePictures(side: number): Promise<Buffer[]> {
  const noise = () => Buffer.from(Array.from({ length: 8 * 8 * 3 }, () => Math.floor(Math.random() * 256)))
  return Promise.all(
    Array.from({ length: 50 }, () =>
      sharp(noise(), { raw: { width: 8, height: 8, channels: 3 } })
        .resize(side, side)
        .jpeg()
        .toBuffer(),
    ),
  )
}

/** Returns different bytes for each number: decoders ignore bytes after the end of a JPEG. */
export function pictureNumber(n: number, pictures: readonly Buffer[]): Buffer {
  return Buffer.concat([pictures[n % pictures.length]!, Buffer.from(`#${n}`)])
}
