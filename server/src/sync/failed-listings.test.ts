import fs, { rm, unlink } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { galleryOf, pathsIn } from '../testing/synced.ts'
import { eventually } from '../testing/temporary.ts'
import { FailedListings } from './failed-listings.ts'

/** Lets the next listings of a folder fail. @returns how many of them are left */
function failListings(directory: string, times: number, code: string): () => number {
  const { readdir } = fs
  let left = times
  const failing = async (path: string, options?: { withFileTypes?: boolean }) => {
    if (path !== directory || options?.withFileTypes !== true || left === 0)
      return readdir(path, options as never)
    left--
    throw Object.assign(new Error(`${code}: scandir`), { code })
  }
  const replaceBy = (replacement: unknown) => {
    fs.readdir = replacement as typeof readdir
    syncBuiltinESMExports()
  }
  replaceBy(failing)
  onTestFinished(() => replaceBy(readdir))
  return () => left
}

it('a folder that a scan could not list is listed again, with the folders below it', async () => {
  const root = await galleryOf('a.png', 'x/b.png', 'x/y/c.png', 'x/z/d.png')
  const config = await configFor(root)
  const app = await startApp(config)
  await indexAll(app)
  await app.close()
  await rm(join(root, 'x/z'), { recursive: true })
  await writeSettled(join(root, 'x/y/e.png'), await picture(9))
  // Nothing is watched, so that no event leads there.
  const again = await startApp(config)
  const left = failListings(join(root, 'x'), 2, 'EMFILE')
  await again.sync.scan()
  expect([left(), (await pathsIn(again)).length]).toEqual([1, 4])
  await eventually(async () =>
    expect(await pathsIn(again)).toEqual(['a.png', 'x/b.png', 'x/y/c.png', 'x/y/e.png']),
  )
  expect(left()).toBe(0)
})

it('a folder that could not be listed after a change is listed again', async () => {
  const root = await galleryOf('a.png', 'x/b.png', 'x/c.png')
  const app = await startApp(await configFor(root))
  await app.sync.startWatching()
  await indexAll(app)
  const left = failListings(join(root, 'x'), 1, 'ENOMEM')
  await unlink(join(root, 'x/b.png'))
  await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', 'x/c.png']))
  expect(left()).toBe(0)
})

it('a scan fails if the gallery itself could not be listed', async () => {
  const root = await galleryOf('a.png')
  const app = await startApp(await configFor(root))
  failListings(root, 1, 'EMFILE')
  await expect(app.sync.scan()).rejects.toThrow(/unreliable/)
  await indexAll(app)
  expect(await pathsIn(app)).toEqual(['a.png'])
})

it('are due after a pause, with the folders below them until these were listed', async () => {
  let dues = 0
  const failed = new FailedListings(() => dues++, 5)
  const error = new Error('the drive does not answer')
  failed.add('tree', error, true)
  failed.add('tree', error, false)
  failed.add('alone', error, false)
  failed.add('forbidden', Object.assign(new Error('no'), { code: 'EACCES' }), true)
  await expect.poll(() => dues).toBe(2)
  expect(failed.due()).toEqual([
    { directory: 'alone', isTree: false },
    { directory: 'tree', isTree: true },
  ])
  expect(failed.due()).toEqual([])
  failed.add('alone', error, false)
  failed.listed('alone', false, undefined)
  failed.add('tree', error, true)
  failed.listed('tree', false, undefined)
  await expect.poll(() => dues).toBe(3)
  expect(failed.due()).toEqual([{ directory: 'tree', isTree: true }])
  // A file of it can't be examined.
  failed.listed('tree', true, error)
  await expect.poll(() => dues).toBe(4)
  expect(failed.due()).toEqual([{ directory: 'tree', isTree: false }])
})
