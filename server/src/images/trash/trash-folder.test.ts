import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { temporaryDirectory } from '../../testing/temporary.ts'
import { createTrashFolder } from './trash-folder.ts'

// No file system can be made to report an error for what it has carried out.
vi.mock('node:fs/promises', async (load) => {
  const real = await load<typeof import('node:fs/promises')>()
  return { ...real, rename: vi.fn(real.rename) }
})

const failure = () => Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })

async function openFolder() {
  const root = await temporaryDirectory()
  await writeFile(join(root, 'a.png'), 'picture')
  return {
    root,
    folder: createTrashFolder({ root, dataFolder: await temporaryDirectory(), isShared: false }),
  }
}

it('keeps a file that a drive has moved in spite of an error', async () => {
  const { root, folder } = await openFolder()
  const to = await folder.newPlace('a.png')
  const real = vi.mocked(rename).getMockImplementation()!
  vi.mocked(rename).mockImplementationOnce(async (...paths) => {
    await real(...paths)
    throw failure()
  })
  expect(await folder.moveIn('a.png', to, '{}')).toBe(true)
  expect(await readFile(join(root, to.file), 'utf8')).toBe('picture')
  expect(await folder.takeOut(to, 'a.png')).toBe(true)
  expect(await readFile(join(root, 'a.png'), 'utf8')).toBe('picture')
})

it('leaves nothing in the trash if a file could not be moved', async () => {
  const { root, folder } = await openFolder()
  vi.mocked(rename).mockRejectedValueOnce(failure())
  await expect(folder.moveIn('a.png', await folder.newPlace('a.png'), '{}')).rejects.toThrow('EIO')
  expect(await readdir(join(root, '.sketch-search-trash'))).toEqual([])
})
