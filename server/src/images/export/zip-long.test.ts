import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../../testing/temporary.ts'
import { EXTRA_64, headerOf, inspected, listed, MAX_32, readAt } from '../../testing/zip-archives.ts'
import { writeZip } from './zip.ts'

const TIME = new Date(2021, 4, 6, 7, 8, 10)

describe('a large ZIP archive', () => {
  it('is valid with more than 65,535 entries', async () => {
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
})
