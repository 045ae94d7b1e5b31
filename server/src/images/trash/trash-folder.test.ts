import {
  copyFile,
  link,
  lstat,
  opendir,
  readdir,
  readFile,
  rename,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { temporaryDirectory } from '../../testing/temporary.ts'
import { createTrashFolder } from './trash-folder.ts'

// No file system can be made to report an error for what it has carried out.
vi.mock('node:fs/promises', async (load) => {
  const real = await load<typeof import('node:fs/promises')>()
  const { copyFile, link, lstat, opendir, rename, utimes } = real
  const mocked = { copyFile, link, lstat, opendir, rename, utimes }
  return { ...real, ...Object.fromEntries(Object.entries(mocked).map(([name, real]) => [name, vi.fn(real)])) }
})

const failure = (code = 'EIO') => Object.assign(new Error(`${code}: i/o error`), { code })

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

it('leaves no part of a file in the gallery if restoring it from another drive fails', async () => {
  const { root, folder } = await openFolder()
  const place = await folder.copyIn('a.png', '{}')
  await rename(join(root, 'a.png'), join(root, 'other.txt'))
  vi.mocked(link).mockRejectedValueOnce(failure('EXDEV'))
  vi.mocked(utimes).mockRejectedValueOnce(failure())
  await expect(folder.takeOut(place, 'a.png')).rejects.toThrow('EIO')
  expect(await readdir(root)).toEqual(['other.txt'])
  vi.mocked(link).mockRejectedValueOnce(failure('EXDEV'))
  expect(await folder.takeOut(place, 'a.png')).toBe(true)
  expect(await readFile(join(root, 'a.png'), 'utf8')).toBe('picture')
  expect((await readdir(root)).sort()).toEqual(['a.png', 'other.txt'])
})

it('renames a file where the drive has no hard links, and replaces none', async () => {
  const { root, folder } = await openFolder()
  const place = await folder.newPlace('a.png')
  await folder.moveIn('a.png', place, '{}')
  await writeFile(join(root, 'a.png'), 'another')
  vi.mocked(copyFile).mockClear()
  vi.mocked(link).mockRejectedValue(failure('EPERM'))
  onTestFinished(() => void vi.mocked(link).mockReset())
  expect(await folder.takeOut(place, 'a.png')).toBe(false)
  expect(await readFile(join(root, 'a.png'), 'utf8')).toBe('another')
  vi.mocked(rename).mockRejectedValueOnce(failure())
  await expect(folder.takeOut(place, 'b.png')).rejects.toThrow('EIO')
  expect(await readdir(root)).not.toContain('b.png')
  expect(await folder.takeOut(place, 'b.png')).toBe(true)
  expect(await readFile(join(root, 'b.png'), 'utf8')).toBe('picture')
  expect(copyFile).not.toHaveBeenCalled()
})

it('writes the record of a copy when the copy is complete', async () => {
  const { folder } = await openFolder()
  const records: unknown[] = []
  vi.mocked(copyFile).mockImplementationOnce(async (_, to) => {
    await writeFile(to, 'pict')
    for (const place of (await folder.places(undefined))!) records.push(await folder.record(place))
    throw failure()
  })
  await expect(folder.copyIn('a.png', '{}')).rejects.toThrow('EIO')
  expect(records).toEqual([undefined])
})
