import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { App } from '../app/compose.ts'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { galleryOf, pathsIn } from '../testing/synced.ts'
import { eventually, temporaryDirectory } from '../testing/temporary.ts'

const FOLDERS = ['x', 'y']
const PATHS = ['a.png', 'x/b.png', 'x/c.png', ...Array.from({ length: 7 }, (_, n) => `y/${n}.png`)]

/** A data directory with the index of a gallery of ten pictures. */
async function indexed(): Promise<{ gallery: string; data: string }> {
  const gallery = await galleryOf(...PATHS)
  const data = await temporaryDirectory()
  const app = await startApp(await configFor(gallery, { data_directory: data }))
  await indexAll(app)
  await app.close()
  return { gallery, data }
}

const open = async (gallery: string, data: string): Promise<App> =>
  startApp(await configFor(gallery, { data_directory: data }))

async function otherGallery(): Promise<string> {
  const other = await temporaryDirectory()
  for (const n of [50, 51]) await writeSettled(join(other, `other/${n}.png`), await picture(n))
  return other
}

it('keeps the index of another gallery until an admin confirms that its files are gone', async () => {
  const { data } = await indexed()
  const other = await otherGallery()
  const app = await open(other, data)
  await app.sync.startWatching()
  await expect(app.sync.scan()).rejects.toThrow(/none of the 10 files of the index.*--accept-missing/)
  expect(app.sync.massRemoval).toEqual({ missing: 10, known: 10 })
  // A reported change adds nothing either: the folder would then share a file with the index.
  await writeSettled(join(other, 'late.png'), await picture(52))
  app.sync.recheck(['late.png'])
  await expect(app.sync.scan()).rejects.toThrow(/none of the 10 files/)
  await app.indexer.idle()
  expect(await pathsIn(app)).toEqual(PATHS)

  await app.sync.scan({ acceptsMissing: true })
  await indexAll(app)
  expect(await pathsIn(app)).toEqual(['late.png', 'other/50.png', 'other/51.png'])
  expect(app.sync.massRemoval).toBeUndefined()
})

it('goes on by itself once the right gallery is in its place', async () => {
  const { gallery, data } = await indexed()
  const place = await temporaryDirectory()
  await writeSettled(join(place, 'other.png'), await picture(50))
  const app = await open(place, data)
  await app.sync.startWatching()
  await expect(app.sync.scan()).rejects.toThrow(/another gallery/)
  await rm(join(place, 'other.png'))
  for (const name of ['a.png', ...FOLDERS]) await rename(join(gallery, name), join(place, name))
  await eventually(() => expect(app.sync.lastScan).toBeDefined())
  expect(await pathsIn(app)).toEqual(PATHS)
})

it.each([
  ['at another path', async (place: string) => place],
  [
    'with all its files in another folder',
    async (place: string) => {
      await mkdir(join(place, 'moved'))
      for (const name of ['a.png', ...FOLDERS]) await rename(join(place, name), join(place, 'moved', name))
      return place
    },
  ],
  [
    'with one file left, and others that are new',
    async (place: string) => {
      for (const name of FOLDERS) await rm(join(place, name), { recursive: true })
      await writeSettled(join(place, 'new.png'), await picture(60))
      return place
    },
  ],
  [
    'without any file',
    async (place: string) => {
      for (const name of ['a.png', ...FOLDERS]) await rm(join(place, name), { recursive: true })
      await writeFile(join(place, 'notes.txt'), 'no image')
      return place
    },
  ],
])('takes a gallery %s for the same one', async (_, change) => {
  const { gallery, data } = await indexed()
  const place = join(await temporaryDirectory(), 'elsewhere')
  await rename(gallery, place)
  const app = await open(await change(place), data)
  await indexAll(app)
  expect(app.sync.massRemoval).toBeUndefined()
})

it('takes few files that were all replaced for the same gallery', async () => {
  const gallery = await galleryOf(...PATHS.slice(1))
  const data = await temporaryDirectory()
  const first = await open(gallery, data)
  await indexAll(first)
  await first.close()
  for (const name of FOLDERS) await rm(join(gallery, name), { recursive: true })
  await writeSettled(join(gallery, 'new.png'), await picture(70))
  const app = await open(gallery, data)
  await indexAll(app)
  expect(await pathsIn(app)).toEqual(['new.png'])
})
