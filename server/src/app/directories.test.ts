import { readdir, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { circleSketch, picture, writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { foldersToExclude } from './directories.ts'

it('pictures in the data directory can be read by its owner only, also if others can read the directory', async () => {
  const root = await temporaryDirectory()
  await writeSettled(join(root, 'a.png'), await picture(1))
  // The trash of this gallery can't be written.
  await symlink('/sys', join(root, '.sketch-search-trash'))
  const config = await configFor(root)
  const app = await startApp(config)
  await indexAll(app)
  const image = (await app.catalog.images.getByPath('a.png'))!
  const form = new FormData()
  form.set('image', new File([new Uint8Array(await circleSketch())], 'sketch.png'))
  form.set('kind', 'sketch')
  const requests: [string, RequestInit][] = [
    ['/api/queries', { method: 'POST', body: form }],
    [`/api/images/${image.id}/thumbnail?size=256`, {}],
    [`/api/images/${image.id}`, { method: 'DELETE' }],
  ]
  for (const [path, init] of requests) expect((await app.http.request(path, init)).status, path).toBe(200)

  const folders = await readdir(config.data_directory, { withFileTypes: true })
  const open = []
  for (const folder of folders.filter((entry) => entry.isDirectory()))
    if ((await stat(join(config.data_directory, folder.name))).mode & 0o77) open.push(folder.name)
  expect(open).toEqual([])
  expect(folders.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['queries', 'renditions', 'thumbnails', 'trash']),
  )
})

it('refuses the gallery as folder of data, also through a link', async () => {
  const root = await temporaryDirectory()
  const link = join(await temporaryDirectory(), 'link')
  await symlink(root, link)
  for (const key of ['data_directory', 'thumbnail.thumbnail_directory'])
    for (const folder of [root, link])
      await expect(foldersToExclude(root, await configFor(root, { [key]: folder }))).rejects.toThrow(
        `${key} is the gallery itself`,
      )
  const data = join(root, 'data')
  const thumbnails = join(root, 'thumbnails')
  const config = await configFor(root, { data_directory: data, 'thumbnail.thumbnail_directory': thumbnails })
  expect(await foldersToExclude(root, config)).toEqual([data, thumbnails])
})
