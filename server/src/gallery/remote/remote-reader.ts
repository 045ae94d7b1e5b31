import { mkdir, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCodeOf } from '../../errors.ts'
import { toSystemPath } from '../file-names.ts'
import { fileTooLarge } from '../image-file.ts'
import type { ImageReader } from '../image-reader.ts'
import { nameOf } from '../paths.ts'
import { sidecarPaths } from '../sidecar.ts'
import type { FileStat } from '../stat-file.ts'
import { copyFailure, type RemoteGallery } from './remote-gallery.ts'

export interface RemoteReaderOptions {
  gallery: RemoteGallery
  /** Reads the copies. Its root is `directory`. */
  reader: ImageReader
  /** Folder for copies of files while they are read. */
  directory: string
  maxFileBytes: number
}

/** Larger files beside a picture are no sidecars. */
const MAX_SIDECAR_BYTES = 1024 * 1024

/** More than nothing, which a full disk may still have room for. */
const PROBE_BYTES = 1024 * 1024

/** @throws {Error} of the file system if no copies can be written to a folder */
export async function probeCopies(directory: string): Promise<void> {
  const probe = join(directory, '.write-test')
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await writeFile(probe, Buffer.alloc(PROBE_BYTES))
  } finally {
    await rm(probe, { force: true })
  }
}

/** Writes a file of a size that takes no space. */
async function writeHole(target: string | Buffer, { bytes, modifiedAt }: FileStat): Promise<void> {
  await writeFile(target, '')
  await truncate(target, bytes)
  await setTime(target, modifiedAt)
}

async function setTime(target: string | Buffer, modifiedAt: number): Promise<void> {
  // In seconds; half a millisecond more, because the system rounds down.
  const seconds = (modifiedAt + 0.5) / 1000
  await utimes(target, seconds, seconds)
}

/** Reads images of a gallery that this machine has no access to: each file is copied, read and deleted. */
export function createRemoteReader({
  gallery,
  reader,
  directory,
  maxFileBytes,
}: RemoteReaderOptions): ImageReader {
  let copies = 0

  /** @returns undefined if the file is gone */
  async function withCopy<T>(
    path: string,
    hasSidecar: boolean,
    read: (copy: string, file: FileStat) => Promise<T>,
  ): Promise<T | undefined> {
    const folder = String(++copies)
    try {
      // Systems remove what has been idle in their folders of temporary files.
      await mkdir(join(directory, folder), { recursive: true, mode: 0o700 })
      const file = await copyFile(path, folder, maxFileBytes)
      if (file === undefined) return undefined
      if (hasSidecar) await copySidecar(path, folder)
      return await read(`${folder}/${nameOf(path)}`, file)
    } catch (error) {
      const isLocal = systemCodeOf(error) !== undefined
      throw isLocal ? copyFailure(error) : error
    } finally {
      await rm(join(directory, folder), { recursive: true, force: true })
    }
  }

  /** A larger file is not copied. */
  async function copyFile(path: string, folder: string, maxBytes: number): Promise<FileStat | undefined> {
    const target = toSystemPath(join(directory, folder, nameOf(path)))
    const file = await gallery.download(path, target, maxBytes)
    if (file !== undefined && file.bytes <= maxBytes) await setTime(target, file.modifiedAt)
    return file
  }

  /** The copy of one that is too large has its size, which is part of its version, and no content. */
  async function copySidecar(path: string, folder: string): Promise<void> {
    for (const candidate of sidecarPaths(path)) {
      const file = await copyFile(candidate, folder, MAX_SIDECAR_BYTES)
      if (file === undefined) continue
      if (file.bytes > MAX_SIDECAR_BYTES)
        await writeHole(toSystemPath(join(directory, folder, nameOf(candidate))), file)
      return
    }
  }

  return {
    ...reader,
    async close() {
      gallery.close()
      await reader.close()
    },
    async read(request) {
      const { path, sidecar } = request
      const result = await withCopy(path, sidecar !== null, async (copy, file) => {
        if (file.bytes > maxFileBytes) {
          const { code, message: reason } = fileTooLarge(file.bytes, maxFileBytes)
          return { state: 'failed' as const, stat: file, contentHash: undefined, code, reason }
        }
        const read = await reader.read({ ...request, path: copy })
        if (!('stat' in read)) return read
        // The file was changed while it was sent.
        return read.stat.bytes === file.bytes ? { ...read, stat: file } : { state: 'unsettled' as const }
      })
      return result ?? { state: 'gone' }
    },
    async readMetadata(request) {
      const read = (copy: string) => reader.readMetadata({ ...request, path: copy })
      return (await withCopy(request.path, false, read)) ?? { state: 'changed' }
    },
  }
}
