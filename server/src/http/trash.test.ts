import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { App } from '../app/compose.ts'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { openBrowser } from '../testing/browser.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import type { ImagesJson } from './schemas.ts'

async function openGallery(yaml: Record<string, unknown> = {}) {
  const root = await temporaryDirectory()
  for (const n of [1, 2]) await writeSettled(join(root, 'folder', `${n}.png`), await picture(n))
  const app = await startApp(await configFor(root, yaml))
  await indexAll(app)
  return { root, app, browser: openBrowser(app.http), first: (await imageAt(app, 'folder/1.png'))! }
}

const imageAt = (app: App, path: string) => app.catalog.images.getByPath(path)

async function filesIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
}

it('moves a deleted image into the trash, and restores it with its id and vector', async () => {
  const { root, app, browser, first } = await openGallery()
  const bytes = await readFile(join(root, 'folder/1.png'))
  const { mtimeMs } = await stat(join(root, 'folder/1.png'))
  const [before] = await app.catalog.vectors.get([first.id])
  expect((await browser.request('DELETE', `/api/images/${first.id}`)).status).toBe(200)
  await indexAll(app)
  expect(await imageAt(app, 'folder/1.png')).toBeUndefined()
  expect((await app.catalog.images.counts()).indexed).toBe(1)
  expect(await readdir(join(root, 'folder'))).toEqual(['2.png'])

  const trash = await (await browser.get('/api/trash')).json()
  expect(trash).toMatchObject({ total: 1, images: [{ id: first.id, path: 'folder/1.png' }] })
  const { deleted_at: deletedAt, expires_at: expiresAt, thumbnail_url: thumbnail } = trash.images[0]
  expect(Date.parse(expiresAt) - Date.parse(deletedAt)).toBe(30 * 24 * 3_600_000)
  for (const size of ['', '&size=256', '&size=1024'])
    expect((await browser.get(`${thumbnail}${size}`)).status, size).toBe(200)

  const response = await browser.post('/api/trash/restore', { image_ids: [first.id, crypto.randomUUID()] })
  const restored = (await response.json()) as ImagesJson
  expect(restored.images.map(({ id, path }) => [id, path])).toEqual([[first.id, 'folder/1.png']])
  expect(await readFile(join(root, 'folder/1.png'))).toEqual(bytes)
  expect((await stat(join(root, 'folder/1.png'))).mtimeMs).toBe(mtimeMs)
  await indexAll(app)
  expect((await imageAt(app, 'folder/1.png'))?.id).toBe(first.id)
  expect((await app.catalog.vectors.get([first.id]))[0]).toEqual(before)
  expect(await (await browser.get('/api/trash')).json()).toEqual({ images: [], total: 0 })
})

it('restores beside a file that has taken the place', async () => {
  const { root, app, browser, first } = await openGallery()
  await browser.request('DELETE', `/api/images/${first.id}`)
  await writeSettled(join(root, 'folder/1.png'), await picture(3))
  await indexAll(app)
  const restored = await (await browser.post('/api/trash/restore', { image_ids: [first.id] })).json()
  expect(restored).toMatchObject({ images: [{ id: first.id, path: 'folder/1 (2).png' }] })
  await indexAll(app)
  expect((await readdir(join(root, 'folder'))).sort()).toEqual(['1 (2).png', '1.png', '2.png'])
  expect((await app.catalog.images.counts()).indexed).toBe(3)
})

it('removes for good what is emptied, with its vectors and its thumbnail', async () => {
  const { root, app, browser, first } = await openGallery()
  await browser.request('DELETE', `/api/images/${first.id}`)
  expect(await filesIn(root)).toContain('1.png')
  const { thumbnail_url: thumbnail } = (await (await browser.get('/api/trash')).json()).images[0]
  expect(await (await browser.request('DELETE', '/api/trash')).json()).toMatchObject({ removed: 1 })
  expect(await filesIn(root)).toEqual(['2.png'])
  expect((await browser.get(thumbnail)).status).toBe(404)
  expect(await app.catalog.vectors.embeddedContents([first.contentHash])).toEqual([])
})

it('keeps nothing if trash.days is 0', async () => {
  const { root, browser, first } = await openGallery({ 'trash.days': 0 })
  await browser.request('DELETE', `/api/images/${first.id}`)
  expect(await filesIn(root)).toEqual(['2.png'])
  expect(await (await browser.get('/api/trash')).json()).toEqual({ images: [], total: 0 })
})
