import { execFileSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { writeZip, type ZipEntry } from '../images/export/zip.ts'
import { temporaryDirectory } from './temporary.ts'

/** Reads an archive with an independent program. */
const LIST = `
import sys, zipfile, json
archive = zipfile.ZipFile(sys.argv[1])
entries = archive.infolist()
print(json.dumps({'damaged': archive.testzip(), 'count': len(entries),
  'entries': [[e.filename, e.file_size, e.date_time, e.header_offset] for e in entries[:3]],
  'text': archive.read(entries[-1]).decode()}))`

/** Writes an archive and returns what Python reads in it. */
export async function listed(entries: Iterable<ZipEntry>) {
  const file = await written(entries)
  return inspected(file)
}

/** Writes an archive into a temporary folder. @returns its path */
export async function written(entries: Iterable<ZipEntry>): Promise<string> {
  const file = join(await temporaryDirectory(), 'archive.zip')
  await pipeline(Readable.from(writeZip(entries)), createWriteStream(file))
  return file
}

/** The entries of an archive, as Python reads them. */
export function inspected(file: string) {
  return JSON.parse(execFileSync('python3', ['-c', LIST, file], { encoding: 'utf8' }))
}

export const MAX_32 = 2 ** 32 - 1
/** The field of 64-bit sizes, which are not known before the content. */
export const EXTRA_64 = Buffer.from([1, 0, 16, 0, ...Buffer.alloc(16)])

/** The first local header of an archive. */
export async function headerOf(path: string) {
  const header = await readAt(path, Buffer.alloc(100), 0)
  const start = 30 + header.readUInt16LE(26)
  return {
    version: header.readUInt16LE(4),
    sizes: [header.readUInt32LE(18), header.readUInt32LE(22)],
    extra: header.subarray(start, start + header.readUInt16LE(28)),
  }
}

export async function readAt(path: string, bytes: Buffer, position: number): Promise<Buffer> {
  const file = await open(path)
  await file.read(bytes, 0, bytes.length, position)
  await file.close()
  return bytes
}
