import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LRUCache } from 'lru-cache'
import { systemCodeOf } from '../errors.ts'
import { orRemoved } from './or-removed.ts'
import type { ThumbnailStore } from './thumbnails.ts'

/** Longest sides, in pixels, of the versions that are made of an image on demand. */
export const RENDITION_SIDES = [256, 512, 1024] as const
export type RenditionSide = (typeof RENDITION_SIDES)[number]

/** Smaller versions of images as WebP files, named by the hash of the original. If they take too much space, the least recently used are deleted. */
export interface RenditionStore {
  read(contentHash: string, side: RenditionSide): Promise<Buffer | undefined>
  write(contentHash: string, side: RenditionSide, webp: Uint8Array): Promise<void>
  /** Deletes all versions of an image. */
  remove(contentHash: string): Promise<void>
}

/** About 70,000 versions of 256 pixels. */
const MAX_BYTES = 1024 ** 3
const SUFFIX = '.webp'
const TEMPORARY_SUFFIX = '.tmp'
/** A younger temporary file may be about to be renamed by another process. */
const ABANDONED_MS = 600_000

/** @param maxBytes limit of the sum of sizes */
export function openRenditionStore(directory: string, maxBytes = MAX_BYTES): RenditionStore {
  const fileOf = (hash: string, side: number) =>
    join(directory, String(side), hash.slice(0, 2), hash + SUFFIX)
  /** Sizes by file. */
  const sizes = new LRUCache<string, number>({
    maxSize: maxBytes,
    sizeCalculation: (bytes) => bytes,
    dispose(_, file, reason) {
      // A file that can't be deleted now is found at the next start.
      if (reason === 'evict') rm(file, { force: true }).catch(() => {})
    },
  })
  const loaded = loadSizes(directory, sizes)

  return {
    async read(hash, side) {
      const file = fileOf(hash, side)
      try {
        const webp = await readFile(file)
        // A power cut can leave an empty file.
        if (webp.length === 0) return undefined
        sizes.get(file)
        const now = new Date()
        // The order of use survives a restart, but not a read-only disk.
        await utimes(file, now, now).catch((error) => {
          if (systemCodeOf(error) === undefined) throw error
        })
        return webp
      } catch (error) {
        if (systemCodeOf(error) === 'ENOENT') return undefined
        throw error
      }
    },

    async write(hash, side, webp) {
      await loaded
      const file = fileOf(hash, side)
      const temporary = `${file}.${randomUUID()}${TEMPORARY_SUFFIX}`
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      await orRemoved(
        [temporary],
        writeFile(temporary, webp).then(() => rename(temporary, file)),
      )
      sizes.set(file, webp.length)
    },

    async remove(hash) {
      for (const side of RENDITION_SIDES) {
        const file = fileOf(hash, side)
        sizes.delete(file)
        await rm(file, { force: true })
      }
    },
  }
}

/** Enters files of earlier runs, the least recently used first. */
async function loadSizes(directory: string, sizes: LRUCache<string, number>): Promise<void> {
  const found: { file: string; bytes: number; usedAt: number }[] = []
  const names = await readdir(directory, { recursive: true }).catch(() => [])
  for (const name of names) {
    const file = join(directory, name)
    const info = await stat(file).catch(() => undefined)
    if (info === undefined || !info.isFile()) continue
    if (name.endsWith(SUFFIX)) found.push({ file, bytes: info.size, usedAt: info.mtimeMs })
    else if (name.endsWith(TEMPORARY_SUFFIX) && Date.now() - info.mtimeMs > ABANDONED_MS)
      await rm(file, { force: true }).catch(() => {})
  }
  for (const { file, bytes } of found.sort((a, b) => a.usedAt - b.usedAt)) sizes.set(file, Math.max(1, bytes))
}

/** Removes the versions of an image together with its thumbnail. */
export function withRenditions(thumbnails: ThumbnailStore, renditions: RenditionStore): ThumbnailStore {
  return {
    ...thumbnails,
    async remove(contentHash) {
      await thumbnails.remove(contentHash)
      await renditions.remove(contentHash)
    },
  }
}
