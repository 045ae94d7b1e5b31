import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../../server/src/testing/temporary.ts'
import { copyDemoPhotos } from './copy-photos.ts'
import { drawDemoGallery } from './draw-gallery.ts'
import { SUBJECTS } from './subjects.ts'

it('draws the pictures into a gallery of photos, and again only the folders that are missing', async () => {
  const folder = await temporaryDirectory()
  const gallery = join(folder, 'gallery')
  await copyDemoPhotos(gallery)
  const photos = await readdir(gallery)
  await drawDemoGallery(gallery, 1)
  const [missing = '', kept = ''] = Object.keys(SUBJECTS)
  await rm(join(gallery, missing), { recursive: true })
  await drawDemoGallery(gallery, 2)
  expect((await readdir(gallery)).sort()).toEqual([...photos, ...Object.keys(SUBJECTS)].sort())
  expect(await readdir(join(gallery, missing))).toHaveLength(2)
  expect(await readdir(join(gallery, kept))).toHaveLength(1)
  expect(await readdir(folder)).toEqual(['gallery'])
})
