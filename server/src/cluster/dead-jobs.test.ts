import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createEventBus } from '../events.ts'
import { localFiles } from '../gallery/gallery-files.ts'
import { openThumbnailStore } from '../gallery/thumbnails.ts'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { recordDeadJob } from './dead-jobs.ts'

it('records a dead job only for a version that no later job has indexed', async () => {
  const root = await temporaryDirectory()
  const path = 'a.png'
  await writeSettled(join(root, path), await picture(1))
  const config = await configFor(root)
  const { catalog, ...app } = await startApp(config)
  await indexAll({ catalog, ...app })
  const image = (await catalog.images.getByPath(path))!
  const files = localFiles(root, { recursive: true, excluded: [] })
  const thumbnails = openThumbnailStore(config.thumbnail.thumbnail_directory, config.thumbnail.size)
  const events = createEventBus()
  const seen: string[] = []
  for (const name of ['fileDeleted', 'fileFailed'] as const) events.on(name, () => seen.push(name))
  const die = async (vectors = catalog.vectors) => {
    const { bytes, modifiedAt } = (await files.stat(path))!
    const job = { path, bytes, modifiedAt, reason: 'its process ended' }
    await recordDeadJob(job, { catalog: { ...catalog, vectors }, files, thumbnails, events })
  }

  await die()
  expect(await catalog.images.getByPath(path)).toEqual(image)
  expect(seen).toEqual([])

  await writeSettled(join(root, path), await picture(2))
  await die()
  expect(await catalog.images.getByPath(path)).toBeUndefined()
  expect((await catalog.failures.list({ offset: 0, limit: 9 })).failures).toMatchObject([
    { path, reason: 'Indexing it has failed repeatedly: its process ended.' },
  ])
  expect(seen).toEqual(['fileDeleted', 'fileFailed'])
  expect(thumbnails.has(image.contentHash)).toBe(false)
  expect(await catalog.vectors.embeddedContents([image.contentHash])).toEqual([])

  await writeSettled(join(root, path), await picture(3))
  await indexAll({ catalog, ...app })
  expect(await catalog.images.getByPath(path)).toBeDefined()
  // The embedder has changed and has no vector of it yet.
  await die(Object.assign(Object.create(catalog.vectors), { embeddedContents: async () => [] }))
  expect(await catalog.images.getByPath(path)).toBeUndefined()
})
