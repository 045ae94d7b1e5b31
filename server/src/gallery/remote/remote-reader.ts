import { mkdir, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DomainError, systemCodeOf } from '../../errors.ts'
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

/** Writes a file of a size that takes no space. */
async function writeHole(file: string | Buffer, bytes: number): Promise<void> {
  await writeFile(file, '')
  await truncate(file, bytes)
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
      await mkdir(join(directory, folder), { recursive: true })
      const file = await copyFile(path, folder, maxFileBytes)
      if (file === undefined) return undefined
      if (hasSidecar) await copySidecar(path, folder)
      return await read(`${folder}/${nameOf(path)}`, file)
    } catch (error) {
      const isLocal = !(error instanceof DomainError) && systemCodeOf(error) !== undefined
      throw isLocal ? copyFailure(error) : error
    } finally {
      await rm(join(directory, folder), { recursive: true, force: true })
    }
  }

  async function copyFile(path: string, folder: string, maxBytes: number): Promise<FileStat | undefined> {
    const target = toSystemPath(join(directory, folder, nameOf(path)))
    const file = await gallery.download(path, target, maxBytes)
    if (file === undefined) return undefined
    if (file.bytes > maxBytes) {
      // Its size is part of the version of a sidecar; a picture of this size is not read.
      if (maxBytes !== MAX_SIDECAR_BYTES) return file
      await writeHole(target, file.bytes)
    }
    // In seconds; half a millisecond more, because the system rounds down.
    const seconds = (file.modifiedAt + 0.5) / 1000
    await utimes(target, seconds, seconds)
    return file
  }

  async function copySidecar(path: string, folder: string): Promise<void> {
    for (const candidate of sidecarPaths(path))
      if ((await copyFile(candidate, folder, MAX_SIDECAR_BYTES)) !== undefined) return
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
