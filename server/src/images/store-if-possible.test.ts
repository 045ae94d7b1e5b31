import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openRenditionStore } from '../gallery/rendition-store.ts'
import { openThumbnailStore } from '../gallery/thumbnails.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { storeIfPossible } from './store-if-possible.ts'

const HASH = 'ab'.repeat(32)

it('leaves out what the disk does not take, and reports other errors', async () => {
  const directory = join(await temporaryDirectory(), 'full')
  await writeFile(directory, 'a file instead of the folder')
  const renditions = openRenditionStore(directory)
  await storeIfPossible(() => renditions.write(HASH, 256, Buffer.from('webp')))
  const thumbnails = openThumbnailStore(directory, [64, 64])
  await storeIfPossible(() => thumbnails.write(HASH, Buffer.from('webp')))
  await expect(storeIfPossible(() => Promise.reject(new Error('a fault')))).rejects.toThrow('a fault')
})
