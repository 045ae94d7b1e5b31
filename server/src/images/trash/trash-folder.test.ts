import { lstat, opendir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { temporaryDirectory } from '../../testing/temporary.ts'
import { createTrashFolder } from './trash-folder.ts'

// No file system can be made to report an error for what it has carried out.
vi.mock('node:fs/promises', async (load) => {
  const real = await load<typeof import('node:fs/promises')>()
  return { ...real, rename: vi.fn(real.rename), lstat: vi.fn(real.lstat), opendir: vi.fn(real.opendir) }
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

it('a drive that does not answer ends no run: its files count as there, and can not be removed', async () => {
  const { folder } = await openFolder()
  const place = await folder.newPlace('a.png')
  expect(await folder.moveIn('a.png', place, '{}')).toBe(true)
  const never = Promise.withResolvers<never>()
  never.promise.catch(() => {})
  for (const request of [lstat, opendir]) vi.mocked(request).mockReturnValueOnce(never.promise)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const passing = setInterval(() => vi.advanceTimersByTime(10_000), 5)
  onTestFinished(() => {
    clearInterval(passing)
    vi.useRealTimers()
    never.reject(failure())
  })
  expect(await folder.has(place)).toBe(true)
  expect(await folder.isPresent(place)).toBe(false)
})
