import { execFileSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../../testing/temporary.ts'
import { writeZip, type ZipEntry } from './zip.ts'

const TIME = new Date(2021, 4, 6, 7, 8, 10)
/** Reads an archive with an independent program. */
const LIST = `
import sys, zipfile, json
archive = zipfile.ZipFile(sys.argv[1])
entries = archive.infolist()
print(json.dumps({'damaged': archive.testzip(), 'count': len(entries),
  'entries': [[e.filename, e.file_size, e.date_time, e.header_offset] for e in entries[:3]],
  'text': archive.read(entries[-1]).decode()}))`

async function listed(entries: Iterable<ZipEntry>) {
  const file = join(await temporaryDirectory(), 'archive.zip')
  await pipeline(Readable.from(writeZip(entries)), createWriteStream(file))
  return inspected(file)
}

function inspected(file: string) {
  return JSON.parse(execFileSync('python3', ['-c', LIST, file], { encoding: 'utf8' }))
}

describe('a ZIP archive', () => {
  it('has the names, times and content of its entries', async () => {
    async function* parts() {
      yield Buffer.from('in two ')
      yield Buffer.from('parts')
    }
    const entries = [
      { name: 'a/ä 中 🙂.txt', lastModified: TIME, input: '' },
      { name: 'bytes', lastModified: TIME, input: Buffer.from('bytes') },
      { name: 'parts', lastModified: TIME, input: parts() },
    ]
    const time = [2021, 5, 6, 7, 8, 10]
    expect(await listed(entries)).toEqual({
      damaged: null,
      count: 3,
      entries: [
        ['a/ä 中 🙂.txt', 0, time, 0],
        ['bytes', 5, time, expect.any(Number)],
        ['parts', 12, time, expect.any(Number)],
      ],
      text: 'in two parts',
    })
  })

  it('is valid without entries, and with more than 65,535', async () => {
    const parts = await Array.fromAsync(writeZip([]))
    expect(Buffer.concat(parts)).toHaveLength(22)
    const entries = Array.from({ length: 66_000 }, (_, n) => ({
      name: `${n}`,
      lastModified: TIME,
      input: `${n}`,
    }))
    expect(await listed(entries)).toMatchObject({ damaged: null, count: 66_000, text: '65999' })
  })

  it('has entries, and places of entries, of more than 4 GiB', async () => {
    const part = Buffer.alloc(2 ** 26)
    const large = Array.from({ length: 65 }, () => part)
    const entries = [
      { name: 'large', lastModified: TIME, input: Readable.from(large) },
      { name: 'behind', lastModified: TIME, input: 'behind it' },
    ]
    const path = join(await temporaryDirectory(), 'archive.zip')
    const file = await open(path, 'w')
    const end = Buffer.alloc(24)
    let position = 0
    // The zeros are a hole in the file.
    for await (const bytes of writeZip(entries)) {
      if (bytes !== part) await file.write(bytes, 0, bytes.length, position)
      position += bytes.length
    }
    await file.close()
    const { count, entries: found, text } = inspected(path)
    expect([count, text]).toEqual([2, 'behind it'])
    expect(found[0]).toEqual(['large', 65 * part.length, expect.anything(), 0])
    expect(found[1][3]).toBeGreaterThan(2 ** 32)
    // Only the field of 64-bit sizes before the content lets a reader of the stream expect 64-bit sizes behind it.
    expect(await headerOf(path)).toEqual({ version: 45, sizes: [MAX_32, MAX_32], extra: EXTRA_64 })
    await readAt(path, end, found[1][3] - end.length)
    expect(end.readBigUInt64LE(8)).toBe(BigInt(65 * part.length))
  })

  it('has 64-bit sizes only for entries that may need them', async () => {
    async function* parts() {
      yield Buffer.from('parts')
    }
    const sized = async (maxBytes?: number) => {
      const path = join(await temporaryDirectory(), 'archive.zip')
      const entry = { name: 'parts', lastModified: TIME, input: parts(), ...(maxBytes && { maxBytes }) }
      await pipeline(Readable.from(writeZip([entry])), createWriteStream(path))
      expect(inspected(path)).toMatchObject({ damaged: null, count: 1, text: 'parts' })
      return headerOf(path)
    }
    const small = { version: 20, sizes: [0, 0], extra: Buffer.alloc(0) }
    const large = { version: 45, sizes: [MAX_32, MAX_32], extra: EXTRA_64 }
    expect(await sized(MAX_32 - 1)).toEqual(small)
    expect(await sized(MAX_32)).toEqual(large)
    expect(await sized()).toEqual(large)
    await expect(sized(3)).rejects.toThrow('parts has more than the 3 bytes')
  })
})

const MAX_32 = 2 ** 32 - 1
/** The field of 64-bit sizes, which are not known before the content. */
const EXTRA_64 = Buffer.from([1, 0, 16, 0, ...Buffer.alloc(16)])

/** The first local header of an archive. */
async function headerOf(path: string) {
  const header = await readAt(path, Buffer.alloc(100), 0)
  const start = 30 + header.readUInt16LE(26)
  return {
    version: header.readUInt16LE(4),
    sizes: [header.readUInt32LE(18), header.readUInt32LE(22)],
    extra: header.subarray(start, start + header.readUInt16LE(28)),
  }
}

async function readAt(path: string, bytes: Buffer, position: number): Promise<Buffer> {
  const file = await open(path)
  await file.read(bytes, 0, bytes.length, position)
  await file.close()
  return bytes
}
