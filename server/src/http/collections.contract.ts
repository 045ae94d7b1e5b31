import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configFor, type DatabaseKeys, indexAll, startApp } from '../testing/app.ts'
import { type Browser, openBrowser } from '../testing/browser.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { ADMIN, signIn, signInAs, startTeam } from '../testing/team.ts'
import { temporaryDirectory } from '../testing/temporary.ts'

async function writeGallery(root: string): Promise<void> {
  for (const n of [1, 2, 3, 4])
    await writeSettled(join(root, n < 3 ? 'a' : 'b', `${n}.png`), await picture(n))
}

async function openGallery(database: DatabaseKeys) {
  const root = await temporaryDirectory()
  await writeGallery(root)
  const config = await configFor(root, await database())
  const app = await startApp(config)
  await app.join()
  await indexAll(app)
  const browser = openBrowser(app.http)
  const idOf = async (path: string) => (await app.catalog.images.getByPath(path))!.id
  return { root, app, config, browser, idOf }
}

const call = async (browser: Browser, method: string, path: string, body?: unknown) => {
  const response = await browser.request(method, path, body)
  return { status: response.status, body: await response.json() }
}
const pathsOf = async (browser: Browser, url: string) =>
  (await call(browser, 'GET', url)).body.images.map(({ path }: { path: string }) => path)

/** Tests of collections and stars over HTTP, for every database. */
export function describeCollections(name: string, database: DatabaseKeys): void {
  describe(name, () => {
    it('creates, lists, changes and deletes a collection, whose images can be filtered', async () => {
      const { browser, idOf } = await openGallery(database)
      const ids = [await idOf('a/1.png'), await idOf('b/3.png')]
      const created = await call(browser, 'POST', '/api/collections', { name: 'Best', image_ids: ids })
      expect(created.status).toBe(200)
      const { id } = created.body
      expect(created.body).toEqual({
        id: expect.any(String),
        name: 'Best',
        shared: true,
        is_own: true,
        can_edit: true,
        can_manage: true,
        can_share: false,
        kind: 'images',
        search: null,
        image_count: 2,
        cover_url: expect.stringMatching(/^\/api\/images\/.*\/thumbnail\?v=/),
        created_at: expect.any(String),
        modified_at: expect.any(String),
      })
      expect((await browser.get(created.body.cover_url)).status).toBe(200)
      expect((await call(browser, 'GET', '/api/collections')).body).toEqual({
        collections: [created.body],
        total: 1,
      })
      const changes = { add: [await idOf('a/2.png'), ids[1]], remove: [ids[0]] }
      const changed = await call(browser, 'POST', `/api/collections/${id}/images`, changes)
      expect(changed.body).toMatchObject({ image_count: 2 })
      const byName = 'order_by=user_visible_name&direction=ascending'
      expect(await pathsOf(browser, `/api/collections/${id}/images?${byName}`)).toEqual([
        'a/2.png',
        'b/3.png',
      ])
      expect(await pathsOf(browser, `/api/images?collection=${id}&directory=b`)).toEqual(['b/3.png'])
      expect((await call(browser, 'GET', `/api/timeline?collection=${id}`)).body).toMatchObject([
        { count: 2 },
      ])
      const found = await call(browser, 'POST', '/api/images/search', {
        parts: [{ kind: 'image_id', image_id: ids[0] }],
        query: { collection: id },
      })
      expect(found.body.images.map(({ path }: { path: string }) => path).toSorted()).toEqual([
        'a/2.png',
        'b/3.png',
      ])
      expect((await call(browser, 'PATCH', `/api/collections/${id}`, { name: 'Better' })).body).toMatchObject(
        {
          name: 'Better',
          image_count: 2,
        },
      )
      const unshare = { shared: false }
      expect((await call(browser, 'PATCH', `/api/collections/${id}`, unshare)).status).toBe(403)
      expect((await call(browser, 'DELETE', `/api/collections/${id}`)).body).toEqual({ status: 'success' })
      for (const path of [`/api/collections/${id}`, `/api/images?collection=${id}`])
        expect(await call(browser, 'GET', path)).toMatchObject({
          status: 404,
          body: { code: 'collection_not_found' },
        })
    })

    it('keeps images that are moved, and those of a catalog that is built again, also in saved searches', async () => {
      const { root, app, config, browser, idOf } = await openGallery(database)
      const ids = [await idOf('a/1.png'), await idOf('b/3.png')]
      const { id } = (await call(browser, 'POST', '/api/collections', { name: 'Kept', image_ids: ids })).body
      // Clients may send ids in any spelling, and null for what a part has not.
      const parts = [
        { kind: 'image_id', image_id: ids[1]!.toUpperCase() },
        { kind: 'colours', colours: [{ hex: '#808080' }], weight: 0.01, image_id: null },
      ]
      const search = { parts }
      const like = (await call(browser, 'POST', '/api/collections', { name: 'Like 3', search })).body
      await rename(join(root, 'a/1.png'), join(root, 'b/moved.png'))
      await indexAll(app)
      await expect.poll(() => pathsOf(browser, `/api/images?collection=${id}`)).toHaveLength(2)
      await app.close()
      for (const name of ['catalog.sqlite', 'catalog.sqlite-wal', 'catalog.sqlite-shm'])
        await rm(join(config.data_directory, name), { force: true })
      const again = await startApp(config)
      await again.join()
      await indexAll(again)
      const after = openBrowser(again.http)
      const paths = await pathsOf(after, `/api/collections/${id}/images`)
      expect(paths.toSorted()).toEqual(['b/3.png', 'b/moved.png'])
      expect((await pathsOf(after, `/api/collections/${like.id}/images`))[0]).toBe('b/3.png')
    })

    it('finds the images of a saved search each time', async () => {
      const { root, app, browser, idOf } = await openGallery(database)
      const inB = (
        await call(browser, 'POST', '/api/collections', {
          name: 'In b',
          search: { query: { directory: 'b', modified_min: '2000-01-01' } },
        })
      ).body
      expect(inB).toMatchObject({ kind: 'search', image_count: null, search: { query: { directory: 'b' } } })
      await writeSettled(join(root, 'b/5.png'), await picture(5))
      await indexAll(app)
      expect((await pathsOf(browser, `/api/images?collection=${inB.id}`)).toSorted()).toEqual([
        'b/3.png',
        'b/4.png',
        'b/5.png',
      ])
      const data = new FormData()
      data.set('image', new Blob([(await picture(3)) as Uint8Array<ArrayBuffer>]), 'q.png')
      const kept = await (await app.http.request('/api/queries', { method: 'POST', body: data })).json()
      const like = (
        await call(browser, 'POST', '/api/collections', {
          name: 'Like 3',
          search: { parts: [{ kind: 'image', query_id: kept.id }], top_k: 2 },
        })
      ).body
      const ranked = await call(browser, 'GET', `/api/collections/${like.id}/images`)
      expect(ranked.body.images[0]).toMatchObject({ path: 'b/3.png', score: expect.any(Number) })
      expect(ranked.body.total).toBe(2)
      expect(await pathsOf(browser, `/api/images?collection=${like.id}&name_contains=3`)).toEqual(['b/3.png'])
      const members = { add: [await idOf('a/1.png')] }
      expect((await call(browser, 'POST', `/api/collections/${like.id}/images`, members)).status).toBe(400)
      const nested = { name: 'Nested', search: { query: { collection: inB.id } } }
      const unkept = { name: 'Unkept', search: { parts: [{ kind: 'image', upload: 'picture' }] } }
      for (const useless of [nested, unkept])
        expect((await call(browser, 'POST', '/api/collections', useless)).status).toBe(400)
      const invalid = { name: 'x', search: { query: { page: 'x' } } }
      expect((await call(browser, 'POST', '/api/collections', invalid)).status).toBe(422)
      const unknown = { name: 'x', search: { parts: [{ kind: 'image', query_id: '0'.repeat(24) }] } }
      expect((await call(browser, 'POST', '/api/collections', unknown)).body).toMatchObject({
        code: 'query_not_found',
      })
      const image = { kind: 'image_id', image_id: await idOf('a/1.png') }
      for (const [part, code] of [
        [{ ...image, image_id: crypto.randomUUID() }, 'image_not_found'],
        [{ ...image, kind: 'colours', image_id: crypto.randomUUID() }, 'image_not_found'],
        [{ ...image, weight: -1 }, 'invalid_request'],
        [{ kind: 'text', text: 'dog' }, 'not_supported'],
      ] as const) {
        const search = { parts: [part] }
        const refused = { body: { code } }
        expect(await call(browser, 'POST', '/api/collections', { name: 'x', search })).toMatchObject(refused)
        expect(await call(browser, 'PATCH', `/api/collections/${like.id}`, { search })).toMatchObject(refused)
      }
    })

    it('counts the copies of a result of a saved search among those that the search finds', async () => {
      const { root, app, browser, idOf } = await openGallery(database)
      await writeSettled(join(root, 'b/copy.png'), await picture(1))
      await writeSettled(join(root, 'a/copy.png'), await picture(1))
      await indexAll(app)
      const parts = [{ kind: 'image_id', image_id: await idOf('a/1.png') }]
      const search = { parts, query: { directory: 'a' } }
      const { id } = (await call(browser, 'POST', '/api/collections', { name: 'Like 1 in a', search })).body
      const { body } = await call(browser, 'GET', `/api/collections/${id}/images?fold=copies`)
      expect(body.images.map(({ copies }: { copies: number }) => copies)).toEqual([1, 0])
    })

    it('shares a saved search only if everyone can see the collection that it is limited to', async () => {
      const team = await startTeam(await database())
      const [editor, user] = [await signInAs(team, 'editor'), await signInAs(team, 'user')]
      const make = async (body: object) => call(editor, 'POST', '/api/collections', body)
      const base = (await make({ name: 'Base' })).body
      const search = { query: { collection: base.id } }
      const refused = { status: 400, body: { code: 'invalid_request' } }
      expect(await make({ name: 'In base', shared: true, search })).toMatchObject(refused)
      const own = (await make({ name: 'In base', search })).body
      const change = (body: object) => call(editor, 'PATCH', `/api/collections/${own.id}`, body)
      expect(await change({ shared: true })).toMatchObject(refused)
      const all = (await make({ name: 'All', shared: true, search: { query: {} } })).body
      const limit = () => call(editor, 'PATCH', `/api/collections/${all.id}`, { search })
      expect(await limit()).toMatchObject(refused)
      await call(editor, 'PATCH', `/api/collections/${base.id}`, { shared: true })
      for (const one of [await change({ shared: true }), await limit()])
        expect(one).toMatchObject({ status: 200, body: { shared: true } })
      for (const { id } of [own, all])
        expect((await call(user, 'GET', `/api/collections/${id}/images`)).status).toBe(200)
      const unavailable = { status: 409, body: { code: 'base_unavailable' } }
      await call(editor, 'PATCH', `/api/collections/${base.id}`, { shared: false })
      for (const path of [`/api/collections/${all.id}/images`, `/api/images?collection=${all.id}`])
        expect(await call(user, 'GET', path)).toMatchObject(unavailable)
      expect((await call(editor, 'GET', `/api/collections/${all.id}/images`)).status).toBe(200)
      await call(editor, 'DELETE', `/api/collections/${base.id}`)
      expect(await call(editor, 'GET', `/api/collections/${all.id}/images`)).toMatchObject(unavailable)
      expect((await call(user, 'GET', `/api/collections/${all.id}`)).status).toBe(200)
    })

    it('gives each user private stars and collections, and all users the shared ones', async () => {
      const team = await startTeam(await database())
      await writeGallery(team.gallery)
      await team.app.join()
      await indexAll(team.app)
      const [anna, editor, admin] = [
        await signInAs(team, 'user'),
        await signInAs(team, 'editor'),
        await signIn(team, ADMIN),
      ]
      const image = (await team.app.catalog.images.getByPath('a/1.png'))!.id
      await anna.post('/api/stars', { image_ids: [image], starred: true })
      expect(await pathsOf(anna, '/api/images?starred=true')).toEqual(['a/1.png'])
      expect((await call(anna, 'GET', `/api/images/${image}`)).body).toMatchObject({ starred: true })
      expect((await call(editor, 'GET', `/api/images/${image}`)).body).toMatchObject({ starred: false })
      expect(await pathsOf(editor, '/api/images?starred=true')).toEqual([])
      await anna.post('/api/stars', { image_ids: [image], starred: false })
      expect(await pathsOf(anna, '/api/images?starred=true')).toEqual([])

      const own = (await call(anna, 'POST', '/api/collections', { name: 'Own' })).body
      expect(own).toMatchObject({ shared: false, is_own: true })
      expect((await call(anna, 'POST', '/api/collections', { name: 'x', shared: true })).status).toBe(403)
      expect((await call(anna, 'PATCH', `/api/collections/${own.id}`, { shared: true })).status).toBe(403)
      for (const other of [editor, admin])
        expect((await call(other, 'GET', `/api/collections/${own.id}`)).status).toBe(404)

      const shared = (await call(editor, 'POST', '/api/collections', { name: 'Shared', shared: true })).body
      const add = { add: [image] }
      expect((await call(anna, 'GET', `/api/collections/${shared.id}`)).body).toMatchObject({
        is_own: false,
        can_edit: false,
        can_manage: false,
      })
      const change = (who: Browser) => call(who, 'POST', `/api/collections/${shared.id}/images`, add)
      expect([(await change(anna)).status, (await change(admin)).status]).toEqual([403, 200])
      expect((await call(anna, 'DELETE', `/api/collections/${shared.id}`)).status).toBe(403)
      const setShared = (who: Browser, value: boolean) =>
        call(who, 'PATCH', `/api/collections/${shared.id}`, { shared: value })
      // An admin would no longer see it, and nobody could share it again if its owner has been removed.
      expect((await setShared(admin, false)).status).toBe(403)
      const sharing = async (who: Browser) => (await call(who, 'GET', `/api/collections/${shared.id}`)).body
      expect(await sharing(admin)).toMatchObject({ shared: true, can_manage: true, can_share: false })
      expect(await sharing(editor)).toMatchObject({ can_share: true })
      expect((await setShared(editor, false)).body).toMatchObject({ shared: false, can_share: true })
      expect((await setShared(editor, true)).body).toMatchObject({ shared: true })
      expect((await call(admin, 'DELETE', `/api/collections/${shared.id}`)).status).toBe(200)
    })
  })
}
