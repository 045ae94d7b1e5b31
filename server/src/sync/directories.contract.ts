import { readdir, rename, symlink, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { App } from '../app/compose.ts'
import { configFor, type DatabaseKeys, indexAll, startApp } from '../testing/app.ts'
import { openBrowser } from '../testing/browser.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'

const BY_NAME = { filter: {}, orderBy: 'name' as const, descending: false, offset: 0, limit: 1000 }

export async function pathsIn(app: App): Promise<string[]> {
  return (await app.catalog.images.list(BY_NAME)).images.map(({ path }) => path).sort()
}

async function openGallery(database: DatabaseKeys, yaml: Record<string, unknown> = {}) {
  const root = await temporaryDirectory()
  const phone = await temporaryDirectory()
  await writeSettled(join(root, 'a.png'), await picture(1))
  for (const n of [2, 3]) await writeSettled(join(phone, 'sub', `${n}.png`), await picture(n))
  await writeSettled(join(phone, '4.png'), await picture(4))
  const directories = [{ name: 'Phone', path: phone }]
  const config = await configFor(root, {
    'watcher.directories': directories,
    ...(await database()),
    ...yaml,
  })
  return { root, phone, config }
}

const ALL = ['Phone/4.png', 'Phone/sub/2.png', 'Phone/sub/3.png', 'a.png']

/** Tests of further folders at the top of the gallery, for every database. */
export function describeDirectories(name: string, database: DatabaseKeys): void {
  describe(name, () => {
    it('shows each as a folder at the top, follows changes in it, and opens its files', async () => {
      const { phone, config } = await openGallery(database)
      const app = await startApp(config)
      await app.start()
      await expect.poll(() => pathsIn(app)).toEqual(ALL)
      await writeSettled(join(phone, 'sub/new/5.png'), await picture(5))
      await expect.poll(() => pathsIn(app)).toContain('Phone/sub/new/5.png')
      await rename(join(phone, '4.png'), join(phone, 'moved.png'))
      await expect.poll(() => pathsIn(app)).toContain('Phone/moved.png')
      await unlink(join(phone, 'sub/3.png'))
      await expect.poll(() => pathsIn(app)).not.toContain('Phone/sub/3.png')
      const image = (await app.catalog.images.getByPath('Phone/sub/2.png'))!
      const browser = openBrowser(app.http)
      expect((await browser.get(`/api/images/${image.id}/view`)).status).toBe(200)
      expect((await (await browser.get('/api/images?directory=Phone&recursive=true')).json()).total).toBe(3)
    })

    it('without subfolders, shows the files at its own top', async () => {
      const { config } = await openGallery(database, { 'watcher.watch_recursive': false })
      const app = await startApp(config)
      await app.join()
      await indexAll(app)
      expect(await pathsIn(app)).toEqual(['Phone/4.png', 'a.png'])
    })

    it('shows one whose link leads to a drive that is absent at the start, once it is there', async () => {
      const { phone, config } = await openGallery(database)
      const link = join(await temporaryDirectory(), 'link')
      await symlink(join(phone, 'drive/photos'), link)
      const directories = [{ name: 'Drive', path: link }]
      const app = await startApp({ ...config, watcher: { ...config.watcher, directories } })
      await app.join()
      await indexAll(app)
      expect(await pathsIn(app)).toEqual(['a.png'])
      await writeSettled(join(phone, 'drive/photos/5.png'), await picture(5))
      await indexAll(app)
      expect(await pathsIn(app)).toEqual(['Drive/5.png', 'a.png'])
    })

    it('keeps the images of one that is absent, also over a restart, until it is back', async () => {
      const { root, phone, config } = await openGallery(database)
      await writeSettled(join(root, 'b.png'), await picture(8))
      const first = await startApp(config)
      await first.start()
      await expect.poll(() => pathsIn(first)).toEqual([...ALL, 'b.png'])
      const { id } = (await first.catalog.images.getByPath('Phone/sub/2.png'))!
      await rename(phone, `${phone}-away`)
      await expect
        .poll(() => first.sync.massRemoval)
        .toEqual({
          missing: 3,
          known: 5,
          places: ['Phone'],
        })
      await unlink(join(root, 'a.png'))
      await expect.poll(() => pathsIn(first)).not.toContain('a.png')
      const browser = openBrowser(first.http)
      const account = async () => (await browser.get('/api/index/account')).json()
      await expect.poll(account).toMatchObject({ left_out: [{ rule: 'drive_absent', example: 'Phone' }] })
      await first.sync.scan()
      expect(await account()).toMatchObject({ left_out: [{ rule: 'drive_absent', example: 'Phone' }] })
      const form = new FormData()
      form.set('directory', 'Phone/sub')
      form.set('image', new Blob([(await picture(9)) as Uint8Array<ArrayBuffer>]), 'up.png')
      const refused = await first.http.request('/api/images', { method: 'POST', body: form })
      expect(await refused.json()).toMatchObject({ code: 'gallery_unavailable' })
      expect(await readdir(root)).toEqual(['b.png'])
      await first.close()

      const again = await startApp(config)
      await again.start()
      await again.indexer.idle()
      expect(await pathsIn(again)).toEqual([...ALL.slice(0, 3), 'b.png'])
      await rename(`${phone}-away`, phone)
      await expect.poll(() => again.sync.massRemoval).toBeUndefined()
      expect(await again.catalog.images.getByPath('Phone/sub/2.png')).toMatchObject({ id })
      await unlink(join(phone, 'sub/2.png'))
      await expect.poll(() => pathsIn(again)).toEqual(['Phone/4.png', 'Phone/sub/3.png', 'b.png'])
    })

    it('takes uploads, and has a trash of its own', async () => {
      const { root, phone, config } = await openGallery(database)
      const app = await startApp(config)
      await app.join()
      await indexAll(app)
      const form = new FormData()
      form.set('directory', 'Phone/Album')
      form.set('image', new Blob([(await picture(9)) as Uint8Array<ArrayBuffer>]), 'up.png')
      expect((await app.http.request('/api/images', { method: 'POST', body: form })).status).toBe(200)
      expect(await readdir(join(phone, 'Album'))).toEqual(['up.png'])
      const browser = openBrowser(app.http)
      const { id } = (await app.catalog.images.getByPath('Phone/Album/up.png'))!
      expect((await browser.request('DELETE', `/api/images/${id}`)).status).toBe(200)
      expect(await readdir(phone)).toContain('.sketch-search-trash')
      expect(await readdir(root)).toEqual(['a.png'])
      expect((await browser.post('/api/trash/restore', { image_ids: [id] })).status).toBe(200)
      expect(await readdir(join(phone, 'Album'))).toEqual(['up.png'])
      expect(await app.catalog.images.getByPath('Phone/Album/up.png')).toMatchObject({ id })
    })

    it('follows links into them, and none out of them', async () => {
      const { root, phone, config } = await openGallery(database)
      const outside = await temporaryDirectory()
      await writeSettled(join(outside, 'secret.png'), await picture(7))
      await symlink(join(outside, 'secret.png'), join(phone, 'secret.png'))
      await symlink(outside, join(phone, 'outside'))
      await symlink(join(phone, '4.png'), join(root, 'linked.png'))
      const app = await startApp(config)
      await app.join()
      await indexAll(app)
      expect(await pathsIn(app)).toEqual([...ALL, 'linked.png'])
    })
  })
}
