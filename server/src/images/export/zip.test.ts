import { describe, expect, it } from 'vitest'
import { EXTRA_64, headerOf, inspected, listed, MAX_32, written } from '../../testing/zip-archives.ts'
import { writeZip } from './zip.ts'

const TIME = new Date(2021, 4, 6, 7, 8, 10)

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

  it('is valid without entries', async () => {
    const parts = await Array.fromAsync(writeZip([]))
    expect(Buffer.concat(parts)).toHaveLength(22)
  })

  it('has 64-bit sizes only for entries that may need them', async () => {
    async function* parts() {
      yield Buffer.from('parts')
    }
    const sized = async (maxBytes?: number) => {
      const path = await written([
        { name: 'parts', lastModified: TIME, input: parts(), ...(maxBytes && { maxBytes }) },
      ])
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
