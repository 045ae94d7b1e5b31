import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { App } from '../app/compose.ts'
import { openThumbnailStore } from '../gallery/thumbnails.ts'
import { createTrash, type Trash, type TrashOptions } from '../images/trash/trash.ts'
import { configFor, type DatabaseKeys, indexAll, startApp } from '../testing/app.ts'
import { openBrowser } from '../testing/browser.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import type { ImagesJson } from './schemas.ts'

async function openGallery(database: DatabaseKeys, yaml: Record<string, unknown> = {}) {
  const root = await temporaryDirectory()
  for (const n of [1, 2]) await writeSettled(join(root, 'folder', `${n}.png`), await picture(n))
  const config = await configFor(root, { ...(await database()), ...yaml })
  const app = await startApp(config)
  await app.join()
  await indexAll(app)
  return { root, config, app, browser: openBrowser(app.http), first: (await imageAt(app, 'folder/1.png'))! }
}

type Opened = Awaited<ReturnType<typeof openGallery>>

/** The trash of another process with the same gallery and catalog. */
async function openTrash({ root, app }: Opened, options: Partial<TrashOptions> = {}): Promise<Trash> {
  return createTrash({
    root,
    dataFolder: await temporaryDirectory(),
    isShared: true,
    days: 30,
    catalog: app.catalog,
    thumbnails: openThumbnailStore(await temporaryDirectory(), [128, 128]),
    events: app.events,
    walk: { recursive: true, excluded: [] },
    ...options,
  })
}

const ALL = { offset: 0, limit: 9 }

const imageAt = (app: App, path: string) => app.catalog.images.getByPath(path)

async function filesIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
}

/** A place that the trash may take next. */
const unusedPlace = (name = '1.png') =>
  ({ place: 'gallery', file: `.sketch-search-trash/${randomUUID()}/${name}` }) as const

/** Tests of the trash over HTTP, for every database. */
export function describeTrash(name: string, database: DatabaseKeys): void {
  describe(name, () => {
    it('moves a deleted image into the trash, and restores it with its id and vector', async () => {
      const { root, app, browser, first } = await openGallery(database)
      const bytes = await readFile(join(root, 'folder/1.png'))
      const { mtimeMs } = await stat(join(root, 'folder/1.png'))
      const [before] = await app.catalog.vectors.get([first.id])
      expect((await browser.request('DELETE', `/api/images/${first.id}`)).status).toBe(200)
      await indexAll(app)
      expect(await imageAt(app, 'folder/1.png')).toBeUndefined()
      expect((await app.catalog.images.counts()).indexed).toBe(1)
      expect(await readdir(join(root, 'folder'))).toEqual(['2.png'])
      expect(await (await browser.get('/api/index/account')).json()).toMatchObject({
        found: 2,
        indexed: 1,
        left_out: [{ rule: 'trash', count: 1, example: expect.stringMatching(/1\.png$/) }],
      })

      const trash = await (await browser.get('/api/trash')).json()
      expect(trash).toMatchObject({ total: 1, images: [{ id: first.id, path: 'folder/1.png' }] })
      const named = async (query: string) => (await browser.get(`/api/trash?${query}`)).json()
      expect(await named('name_contains=1.P')).toEqual(trash)
      expect(await named('name_contains=other&with_bytes=true')).toEqual({
        images: [],
        total: 0,
        bytes: bytes.length,
      })
      const { deleted_at: deletedAt, expires_at: expiresAt, thumbnail_url: thumbnail } = trash.images[0]
      expect(Date.parse(expiresAt) - Date.parse(deletedAt)).toBe(30 * 24 * 3_600_000)
      for (const size of ['', '&size=256', '&size=1024'])
        expect((await browser.get(`${thumbnail}${size}`)).status, size).toBe(200)

      const response = await browser.post('/api/trash/restore', {
        image_ids: [first.id, crypto.randomUUID()],
      })
      const restored = (await response.json()) as ImagesJson & { failed: unknown[] }
      // Unknown ids are no failures.
      expect(restored.failed).toEqual([])
      expect(restored.images.map(({ id, path }) => [id, path])).toEqual([[first.id, 'folder/1.png']])
      expect(await readFile(join(root, 'folder/1.png'))).toEqual(bytes)
      expect((await stat(join(root, 'folder/1.png'))).mtimeMs).toBe(mtimeMs)
      await indexAll(app)
      expect((await imageAt(app, 'folder/1.png'))?.id).toBe(first.id)
      expect((await app.catalog.vectors.get([first.id]))[0]).toEqual(before)
      expect(await (await browser.get('/api/trash')).json()).toEqual({ images: [], total: 0 })
    })

    it('restores beside a file that has taken the path', async () => {
      const { root, app, browser, first } = await openGallery(database)
      await browser.request('DELETE', `/api/images/${first.id}`)
      await writeSettled(join(root, 'folder/1.png'), await picture(3))
      await indexAll(app)
      const restored = await (await browser.post('/api/trash/restore', { image_ids: [first.id] })).json()
      expect(restored).toMatchObject({ images: [{ id: first.id, path: 'folder/1 (2).png' }] })
      await indexAll(app)
      expect((await readdir(join(root, 'folder'))).sort()).toEqual(['1 (2).png', '1.png', '2.png'])
      expect((await app.catalog.images.counts()).indexed).toBe(3)
    })

    it('empties the trash permanently, with vectors and thumbnails', async () => {
      const { root, app, browser, first } = await openGallery(database)
      await browser.request('DELETE', `/api/images/${first.id}`)
      expect(await filesIn(root)).toContain('1.png')
      const { thumbnail_url: thumbnail } = (await (await browser.get('/api/trash')).json()).images[0]
      expect(await (await browser.request('DELETE', '/api/trash')).json()).toMatchObject({ removed: 1 })
      expect(await filesIn(root)).toEqual(['2.png'])
      expect((await browser.get(thumbnail)).status).toBe(404)
      expect(await app.catalog.vectors.embeddedContents([first.contentHash])).toEqual([])
    })

    it('keeps nothing if trash.days is 0', async () => {
      const { root, browser, first } = await openGallery(database, { 'trash.days': 0 })
      expect(await (await browser.get('/api/index/status')).json()).toMatchObject({ trash_days: 0 })
      await browser.request('DELETE', `/api/images/${first.id}`)
      expect(await filesIn(root)).toEqual(['2.png'])
      expect(await (await browser.get('/api/trash')).json()).toEqual({ images: [], total: 0 })
    })

    it('moves a file into the data directory if its drive accepts none', async () => {
      const { root, config, browser, first } = await openGallery(database)
      // No user can create anything in /sys.
      await symlink('/sys', join(root, '.sketch-search-trash'))
      expect((await browser.request('DELETE', `/api/images/${first.id}`)).status).toBe(200)
      expect(await readdir(join(root, 'folder'))).toEqual(['2.png'])
      expect((await filesIn(join(config.data_directory, 'trash'))).sort()).toEqual([
        '.sketch-search.json',
        '1.png',
      ])
      await browser.post('/api/trash/restore', { image_ids: [first.id] })
      expect((await readdir(join(root, 'folder'))).sort()).toEqual(['1.png', '2.png'])
      expect(await filesIn(join(config.data_directory, 'trash'))).toEqual([])
    })

    it('keeps a file that changes while it is copied into the data directory', async () => {
      const { root, config, app, browser, first } = await openGallery(database)
      await symlink('/sys', join(root, '.sketch-search-trash'))
      const { trash } = app.catalog
      const setPlace = trash.setPlace.bind(trash)
      const bytes = await picture(3)
      vi.spyOn(trash, 'setPlace').mockImplementationOnce(async (...place) => {
        await writeFile(join(root, 'folder/1.png'), bytes)
        return setPlace(...place)
      })
      const response = await browser.request('DELETE', `/api/images/${first.id}`)
      expect(await response.json()).toMatchObject({ code: 'conflict' })
      // The trash is emptied during the copy.
      vi.spyOn(trash, 'setPlace').mockResolvedValueOnce(false)
      await app.trash.put((await imageAt(app, 'folder/2.png'))!)
      expect(await readFile(join(root, 'folder/1.png'))).toEqual(bytes)
      expect((await readdir(join(root, 'folder'))).sort()).toEqual(['1.png', '2.png'])
      expect(await filesIn(join(config.data_directory, 'trash'))).toEqual([])
      expect(await imageAt(app, 'folder/1.png')).toMatchObject({ id: first.id })
    })

    it('recognises another gallery by files that its trash lacks, not by those in the data directory', async () => {
      const { root, app, browser, first } = await openGallery(database)
      const second = (await imageAt(app, 'folder/2.png'))!
      expect(await app.trash.mayBeOfGallery()).toBe(true)
      for (const { id } of [first, second]) await browser.request('DELETE', `/api/images/${id}`)
      expect(await app.trash.mayBeOfGallery()).toBe(true)
      await rm(join(root, '.sketch-search-trash'), { recursive: true })
      await app.catalog.trash.setPlace(second.id, { place: 'data', file: 'x/2.png' })
      // Without any entry, the gallery would count as an absent drive.
      await writeFile(join(root, 'other.txt'), '')
      expect(await app.trash.mayBeOfGallery()).toBe(false)
      await app.catalog.trash.remove([first.id])
      expect(await app.trash.mayBeOfGallery()).toBe(true)
    })

    it('keeps the image of a file that disappears before it can be moved', async () => {
      const opened = await openGallery(database)
      const { root, app, first } = opened
      const trash = await openTrash(opened)
      await rename(join(root, 'folder/1.png'), join(root, 'folder/aside.txt'))
      await expect(trash.put(first)).rejects.toMatchObject({ code: 'ENOENT' })
      expect(await app.catalog.images.get(first.id)).toEqual(first)
      expect(await trash.list(ALL)).toEqual({ images: [], total: 0 })
    })

    it('loses no image if the database fails after the file was moved', async () => {
      const { root, app, first } = await openGallery(database)
      const { trash } = app.catalog
      vi.spyOn(trash, 'setPlace').mockRejectedValueOnce(new Error('the connection was lost'))
      expect(await app.trash.put(first)).toBe(true)
      await indexAll(app)
      expect((await trash.list(ALL)).images.map(({ image }) => image.id)).toEqual([first.id])
      expect((await app.trash.restore([first.id])).images.map(({ id }) => id)).toEqual([first.id])
      expect(await readdir(join(root, 'folder'))).toContain('1.png')
    })

    it('restores the other images if the file of one is gone', async () => {
      const { root, app, browser, first } = await openGallery(database)
      const second = (await imageAt(app, 'folder/2.png'))!
      const ids = [first.id, second.id]
      for (const lost of ids) {
        for (const image of [first, second]) await app.trash.put(image)
        const [trashed] = await app.catalog.trash.get([lost])
        await rm(join(root, dirname(trashed!.file)), { recursive: true })
        const restored = await browser.post('/api/trash/restore', { image_ids: ids })
        const other = ids.find((id) => id !== lost)
        expect(await restored.json()).toMatchObject({
          total: 1,
          images: [{ id: other }],
          failed: [{ id: lost, code: 'image_not_found', error: expect.stringContaining('no file') }],
        })
        expect((await browser.post('/api/trash/restore', { image_ids: [lost] })).status).toBe(404)
        await app.catalog.trash.restore(lost)
        await writeFile(join(root, 'folder', lost === first.id ? '1.png' : '2.png'), 'again')
      }
    })

    it('leaves a file in the data directory of another process to that process', async () => {
      const opened = await openGallery(database)
      const { root, app, first } = opened
      await symlink('/sys', join(root, '.sketch-search-trash'))
      const dataFolder = await temporaryDirectory()
      const owner = await openTrash(opened, { dataFolder })
      const other = await openTrash(opened)
      await owner.put(first)
      await expect(other.restore([first.id])).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringMatching(
          /only through the server that deleted it: its file is in the data dir/,
        ),
      })
      expect(await other.empty()).toBe(0)
      await (await openTrash(opened, { days: -1 })).removeExpired()
      expect(await filesIn(dataFolder)).toContain('1.png')
      expect((await app.catalog.trash.list(ALL)).total).toBe(1)
      expect(await owner.empty()).toBe(1)
      expect(await filesIn(dataFolder)).toEqual([])

      // The owner has ended for good.
      await (await openTrash(opened)).put((await imageAt(app, 'folder/2.png'))!)
      await (await openTrash(opened, { days: -8 })).removeExpired()
      expect((await app.catalog.trash.list(ALL)).total).toBe(0)
    })

    it('loses no image if a deletion stops between the row and the file', async () => {
      const { app, browser, first } = await openGallery(database)
      expect(await app.catalog.trash.put(first.id, unusedPlace(), Date.now())).toBe(true)
      await indexAll(app)
      const { images } = await app.catalog.images.list({
        ...{ filter: {}, orderBy: 'name', descending: false, offset: 0, limit: 9 },
      })
      expect(images.map(({ path }) => path)).toContain('folder/1.png')
      const restored = await browser.post('/api/trash/restore', { image_ids: [first.id] })
      expect(await restored.json()).toMatchObject({ images: [{ id: first.id, path: 'folder/1.png' }] })
      expect((await app.catalog.images.counts()).indexed).toBe(2)
    })

    it('restores the row of an image at the next start if its deletion was interrupted', async () => {
      const { root, config, app, first } = await openGallery(database)
      const second = (await imageAt(app, 'folder/2.png'))!
      const twoHoursAgo = Date.now() - 7_200_000
      await app.catalog.trash.put(first.id, unusedPlace(), twoHoursAgo)
      const place = unusedPlace('2.png')
      await app.catalog.trash.put(second.id, place, twoHoursAgo)
      await mkdir(join(root, dirname(place.file)), { recursive: true })
      await rename(join(root, 'folder/2.png'), join(root, place.file))
      await app.close()

      const next = await startApp(config)
      await next.start()
      await vi.waitFor(async () => expect((await imageAt(next, 'folder/1.png'))?.id).toBe(first.id), 60_000)
      const { images } = await next.catalog.trash.list({ offset: 0, limit: 9 })
      expect(images.map(({ image }) => image.id)).toEqual([second.id])
      await next.untilIdle()
      expect(await filesIn(root)).toEqual(expect.arrayContaining(['1.png', '2.png']))
      expect((await next.catalog.images.counts()).indexed).toBe(1)
    })

    it('lists deleted images again after their rows are lost, and no image from a forged record', async () => {
      const { root, config, app, first } = await openGallery(database)
      await app.trash.put(first)
      const [trashed] = await app.catalog.trash.get([first.id])
      const forged = unusedPlace('evil.png')
      await mkdir(join(root, dirname(forged.file)), { recursive: true })
      await writeFile(join(root, forged.file), 'x')
      const image = { ...first, id: randomUUID(), path: '../evil.png' }
      const record = JSON.stringify({ image, deletedAt: 1 })
      await writeFile(join(root, dirname(forged.file), '.sketch-search.json'), record)
      const piped = unusedPlace('piped.png')
      await mkdir(join(root, dirname(piped.file)))
      await writeFile(join(root, piped.file), 'x')
      execFileSync('mkfifo', [join(root, dirname(piped.file), '.sketch-search.json')])
      await cp(join(root, dirname(trashed!.file)), join(root, '.sketch-search-trash/copy'), {
        recursive: true,
      })
      await app.catalog.trash.remove([first.id])
      await app.close()

      const next = await startApp(config)
      await next.start()
      const listed = () => next.catalog.trash.list({ offset: 0, limit: 9 })
      await vi.waitFor(async () => expect((await listed()).total).toBe(1), 60_000)
      expect((await listed()).images[0]).toMatchObject({
        image: { id: first.id, path: first.path },
        file: expect.stringMatching(/\/1\.png$/),
      })
      const restored = await openBrowser(next.http).post('/api/trash/restore', { image_ids: [first.id] })
      expect(await restored.json()).toMatchObject({ images: [{ id: first.id, path: 'folder/1.png' }] })
      // Its vector has gone with its row: it is embedded when the watcher has found the file.
      await vi.waitFor(async () => expect((await next.catalog.images.counts()).indexed).toBe(2), 60_000)
    })

    it('lists deleted images of a drive again that a scan of the new catalog has found later', async () => {
      const opened = await openGallery(database)
      const { root, app, first } = opened
      const trash = await openTrash(opened)
      await trash.put(first)
      await app.catalog.trash.remove([first.id])
      await rename(join(root, '.sketch-search-trash'), join(root, 'folder/.sketch-search-trash'))
      await trash.repair()
      expect((await trash.list(ALL)).total).toBe(0)
      await app.catalog.files.saveMountPoints(['folder'])
      await trash.repair()
      expect((await trash.restore([first.id])).images.map(({ path }) => path)).toEqual(['folder/1.png'])
    })

    it('makes no folder for a deleted image whose file is gone', async () => {
      const { root, browser, first } = await openGallery(database)
      await browser.request('DELETE', `/api/images/${first.id}`)
      for (const folder of ['folder', '.sketch-search-trash'])
        await rm(join(root, folder), { recursive: true })
      const restored = await browser.post('/api/trash/restore', { image_ids: [first.id] })
      expect(restored.status).toBe(404)
      expect(await readdir(root)).not.toContain('folder')
    })

    it('keeps deleted images of an absent drive', async () => {
      const { root, app, browser, first } = await openGallery(database)
      await browser.request('DELETE', `/api/images/${first.id}`)
      await rename(root, `${root}-aside`)
      expect(await (await browser.request('DELETE', '/api/trash')).json()).toMatchObject({ removed: 0 })
      await rename(`${root}-aside`, root)
      const restored = await browser.post('/api/trash/restore', { image_ids: [first.id] })
      expect(await restored.json()).toMatchObject({ images: [{ id: first.id }] })
      expect(await imageAt(app, 'folder/1.png')).toBeDefined()
    })
  })
}
