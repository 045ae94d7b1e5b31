import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { systemCodeOf } from './errors.ts'

/**
 * SHA-256 of a file's bytes, a piece at a time.
 * @returns 64 hexadecimal digits; undefined if there is no such file
 */
export async function hashOfFile(path: string | Buffer): Promise<string | undefined> {
  const file = await openOrdinaryFile(path)
  if (file === undefined) return undefined
  try {
    return await hashOfStream(file.createReadStream({ highWaterMark: 1 << 20, autoClose: false }))
  } finally {
    await file.close()
  }
}

/** SHA-256 of all bytes of a stream. @returns 64 hexadecimal digits */
export async function hashOfStream(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(stream, hash)
  return hash.digest('hex')
}

/** @returns undefined if nothing is there, or no ordinary file, such as a named pipe */
export async function openOrdinaryFile(path: string | Buffer): Promise<FileHandle | undefined> {
  // Opening a named pipe, which may have replaced the file, would wait for a writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(undefinedIfAbsent)
  if (file === undefined) return undefined
  let isFile = false
  try {
    isFile = (await file.stat()).isFile()
  } finally {
    if (!isFile) await file.close()
  }
  return isFile ? file : undefined
}

/** SHA-256 of bytes. @returns 64 hexadecimal digits */
export function hashOfBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** ENXIO: a socket, which cannot be opened. */
function undefinedIfAbsent(error: unknown): undefined {
  if (!['ENOENT', 'ENOTDIR', 'ENXIO'].includes(systemCodeOf(error) ?? '')) throw error
}
