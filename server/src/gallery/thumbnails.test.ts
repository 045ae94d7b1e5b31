import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { picture } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { decodeImage } from './decode.ts'
import { makeThumbnail, openThumbnailStore } from './thumbnails.ts'

const SIZE = { width: 64, height: 64 }
const HASH = 'ab'.repeat(32)

async function thumbnailOf(bytes: Buffer): Promise<Uint8Array> {
  return makeThumbnail(bytes, await decodeImage(bytes, SIZE, { maxPixels: 1e6 }), SIZE)
}

describe('makeThumbnail', () => {
  it('covers the size as WebP', async () => {
    const thumbnail = await thumbnailOf(await picture(1))
    expect(await sharp(thumbnail).metadata()).toMatchObject({ format: 'webp', width: 90, height: 64 })
  })

  it('does not change a small plain WebP', async () => {
    const small = await sharp(await picture(1))
      .resize(50, 40)
      .webp()
      .toBuffer()
    expect(await thumbnailOf(small)).toBe(small)
    const turned = await sharp(small).withMetadata({ orientation: 6 }).webp().toBuffer()
    expect(await sharp(await thumbnailOf(turned)).metadata()).toMatchObject({ width: 40, height: 50 })
  })
})

describe('openThumbnailStore', () => {
  it('writes, reads and removes', async () => {
    const directory = await temporaryDirectory()
    const store = openThumbnailStore(directory, [64, 64])
    expect(store.has(HASH)).toBe(false)
    expect(await store.read(HASH)).toBeUndefined()
    store.write(HASH, Buffer.from('one'))
    store.write(HASH, Buffer.from('one'))
    expect(store.has(HASH)).toBe(true)
    expect((await store.read(HASH))?.toString()).toBe('one')
    const files = (await readdir(directory, { recursive: true })).filter((name) => name.includes('.'))
    expect(files).toHaveLength(1)
    await writeFile(join(directory, files[0]!), '')
    expect(await store.read(HASH)).toBeUndefined()
    await store.remove(HASH)
    await store.remove(HASH)
    expect(store.has(HASH)).toBe(false)
  })

  it('leaves no part of a file that could not be written', async () => {
    const directory = await temporaryDirectory()
    const store = openThumbnailStore(directory, [64, 64])
    await mkdir(join(directory, '64x64', 'ab', `${HASH}.webp`), { recursive: true })
    expect(() => store.write(HASH, Buffer.from('one'))).toThrow()
    expect(await readdir(join(directory, '64x64', 'ab'))).toEqual([`${HASH}.webp`])
  })

  it('removes files of another size, and no foreign files', async () => {
    const directory = await temporaryDirectory()
    const before = openThumbnailStore(directory, [32, 32])
    before.write(HASH, Buffer.from('small'))
    before.write('cd'.repeat(32), Buffer.from('small'))
    const foreign = join(directory, '32x32', 'cd', 'mine.webp')
    await writeFile(foreign, 'mine')
    const store = openThumbnailStore(directory, [64, 64])
    store.write(HASH, Buffer.from('large'))
    await store.removeOrphans(async () => [])
    expect(before.has(HASH) || before.has('cd'.repeat(32))).toBe(false)
    expect(await readdir(join(directory, '32x32'))).toEqual(['cd'])
    expect(await readFile(foreign, 'utf8')).toBe('mine')
    expect(store.has(HASH)).toBe(true)
  })

  it('separates sizes', async () => {
    const directory = await temporaryDirectory()
    openThumbnailStore(directory, [64, 64]).write(HASH, Buffer.from('small'))
    expect(openThumbnailStore(directory, [256, 256]).has(HASH)).toBe(false)
  })
})
