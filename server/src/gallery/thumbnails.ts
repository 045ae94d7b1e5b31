import { mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { readdir, readFile, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { threadId } from 'node:worker_threads'
import sharp, { type Exif } from 'sharp'
import { systemCodeOf } from '../errors.ts'
import { type DecodedImage, fromPixels, WHITE } from './decode.ts'
import { orRemovedSync } from './or-removed.ts'
import type { RgbImage } from './resample.ts'

export interface ThumbnailStore {
  /** Width and height, in pixels, that a thumbnail covers. */
  readonly size: { width: number; height: number }
  has(contentHash: string): boolean
  read(contentHash: string): Promise<Buffer | undefined>
  write(contentHash: string, webp: Uint8Array): void
  remove(contentHash: string): Promise<void>
  /** Removes unused files: thumbnails of unknown contents and of another size, and incomplete files of a crash. */
  removeOrphans(unknownOf: (contentHashes: string[]) => Promise<string[]>): Promise<void>
}

const SUFFIX = '.webp'
const SIZE = /^\d+x\d+$/
const HASH_FILE = /^[0-9a-f]{64}\.webp$/
/** A younger thumbnail may belong to an image that waits for the embedder or the database. */
const LEFT_BEHIND_MS = 600_000
const QUALITY = 80
/** A WebP up to this size may serve as its own thumbnail. */
const MAX_PLAIN_BYTES = 16 * 1024

/**
 * Thumbnails as WebP files, named by the hash of the bytes that they were made from: a renamed image keeps its thumbnail and
 * copies share one. A file is written completely or not at all: under another name, then renamed.
 */
export function openThumbnailStore(
  directory: string,
  [width, height]: readonly [number, number],
): ThumbnailStore {
  const base = join(directory, `${width}x${height}`)
  const fileOf = (hash: string) => join(base, hash.slice(0, 2), hash + SUFFIX)
  let written = 0
  return {
    size: { width, height },
    has: (hash) => (statSync(fileOf(hash), { throwIfNoEntry: false })?.size ?? 0) > 0,
    async read(hash) {
      try {
        const webp = await readFile(fileOf(hash))
        // A power cut can leave an empty file.
        return webp.length > 0 ? webp : undefined
      } catch (error) {
        if (systemCodeOf(error) === 'ENOENT') return undefined
        throw error
      }
    },
    write(hash, webp) {
      const file = fileOf(hash)
      const temporary = `${file}.${process.pid}.${threadId}.${written++}.tmp`
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
      orRemovedSync(temporary, () => {
        writeFileSync(temporary, webp)
        renameSync(temporary, file)
      })
    },
    remove: (hash) => rm(fileOf(hash), { force: true }),
    async removeOrphans(unknownOf) {
      for (const other of await readdir(directory).catch(() => []))
        if (SIZE.test(other) && join(directory, other) !== base) await removeAll(join(directory, other))
      for (const folder of await readdir(base).catch(() => [])) {
        const names = await readdir(join(base, folder)).catch(() => [])
        const hashes = names
          .filter((name) => HASH_FILE.test(name))
          .map((name) => name.slice(0, -SUFFIX.length))
        const unknown = (await unknownOf(hashes)).map((hash) => hash + SUFFIX)
        const unfinished = names.filter((name) => name.endsWith('.tmp'))
        for (const name of [...unknown, ...unfinished]) {
          const file = join(base, folder, name)
          const age = Date.now() - ((await stat(file).catch(() => undefined))?.mtimeMs ?? Date.now())
          if (age > LEFT_BEHIND_MS) await rm(file, { force: true })
        }
      }
    },
  }
}

/** Removes the thumbnails in a folder of one size; other files, and the folders that contain them, stay. */
async function removeAll(base: string): Promise<void> {
  for (const folder of await readdir(base).catch(() => [])) {
    const names = await readdir(join(base, folder)).catch(() => [])
    for (const name of names.filter((name) => HASH_FILE.test(name)))
      await rm(join(base, folder, name), { force: true })
    await rmdir(join(base, folder)).catch(() => {})
  }
  await rmdir(base).catch(() => {})
}

/** @returns WebP bytes; the original's own where it is a small plain WebP already, so nothing is lost by encoding it again */
export async function makeThumbnail(
  bytes: Uint8Array,
  { image, width, height, contentType, isPlain }: DecodedImage,
  size: { width: number; height: number },
): Promise<Uint8Array> {
  const coversAtMost = width <= size.width || height <= size.height
  if (contentType === 'image/webp' && isPlain && coversAtMost && bytes.length <= MAX_PLAIN_BYTES) return bytes
  return fromPixels(image)
    .resize({ ...size, fit: 'outside', withoutEnlargement: true })
    .webp({ quality: QUALITY, effort: 2 })
    .toBuffer()
}

/** Decodes a stored thumbnail. One that is the original itself may be transparent. */
export async function decodeThumbnail(webp: Uint8Array): Promise<RgbImage> {
  const { data, info } = await sharp(webp)
    .flatten({ background: WHITE })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

/** Tags by the names of EXIF and of its directories, and an XMP packet. */
export interface CopyMetadata {
  exif: Exif
  xmp: string
}

/**
 * Converts a thumbnail for clients that do not show WebP. Transparent pixels become white.
 * @param metadata is written into the file; WebP of this program has none
 */
export function toJpeg(webp: Uint8Array, quality = QUALITY, metadata?: CopyMetadata): Promise<Buffer> {
  const picture = sharp(webp).flatten({ background: WHITE }).jpeg({ quality })
  if (metadata !== undefined) picture.withExif(metadata.exif).withXmp(metadata.xmp)
  return picture.toBuffer()
}
