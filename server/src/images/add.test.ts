import fs, { link, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { App } from '../app/compose.ts'
import { DomainError } from '../errors.ts'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { openBrowser } from '../testing/browser.ts'
import { imagesByName } from '../testing/images.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'

const EMBEDDERS = join(import.meta.dirname, '../embedding/kinds/javascript/fixtures/embedders.ts')
const REFUSES_BLACK = {
  'embedder_registry.chosen_embedder': 'mine',
  'embedder_registry.embedders': { mine: { file: EMBEDDERS, class_name: 'Counts' } },
}

async function openGallery(yaml: Record<string, unknown> = {}) {
  const root = await temporaryDirectory()
  await writeSettled(join(root, 'a.png'), await picture(1))
  const config = await configFor(root, yaml)
  const app = await startApp(config)
  await indexAll(app)
  return { root, config, app }
}

async function upload(app: App, name: string, bytes: Uint8Array, fields: Record<string, string> = {}) {
  const form = new FormData()
  form.set('image', new File([new Uint8Array(bytes)], name))
  for (const [field, value] of Object.entries(fields)) form.set(field, value)
  const response = await app.http.request('http://localhost/api/images', { method: 'POST', body: form })
  return (await response.json()) as Record<string, unknown>
}

const pathsIn = async ({ catalog }: App) => (await imagesByName(catalog)).map(({ path }) => path).sort()

describe('an upload with on_conflict: replace', () => {
  it('replaces another image of that name, which moves into the trash', async () => {
    const { root, app } = await openGallery()
    const old = (await app.catalog.images.getByPath('a.png'))!
    const bytes = await readFile(join(root, 'a.png'))
    const replaced = await upload(app, 'a.png', await picture(2), { on_conflict: 'replace' })
    expect(replaced).toMatchObject({ status: 'success', image: { path: 'a.png' } })
    expect(await readFile(join(root, 'a.png'))).toEqual(Buffer.from(await picture(2)))
    await indexAll(app)
    expect(await pathsIn(app)).toEqual(['a.png'])
    expect((await app.catalog.images.getByPath('a.png'))!.contentHash).not.toBe(old.contentHash)

    const browser = openBrowser(app.http)
    expect(await (await browser.get('/api/trash')).json()).toMatchObject({
      images: [{ id: old.id }],
      total: 1,
    })
    await browser.post('/api/trash/restore', { image_ids: [old.id] })
    expect(await readFile(join(root, 'a (2).png'))).toEqual(bytes)
  })

  it.each([0, 30])(
    'whose image the model refuses leaves the other one in its place with its id, with trash.days: %d',
    async (days) => {
      const { root, app } = await openGallery({ ...REFUSES_BLACK, 'trash.days': days })
      const { id } = (await app.catalog.images.getByPath('a.png'))!
      const bytes = await readFile(join(root, 'a.png'))
      const black = sharp({ create: { width: 60, height: 60, channels: 3, background: '#000' } })
      const answer = await upload(app, 'a.png', await black.png().toBuffer(), { on_conflict: 'replace' })
      expect(answer).toMatchObject({ detail: expect.stringMatching(/black/) })
      expect(await readdir(root)).toEqual(expect.arrayContaining(['a.png']))
      expect(await readFile(join(root, 'a.png'))).toEqual(bytes)
      await indexAll(app)
      expect((await app.catalog.images.getByPath('a.png'))!.id).toBe(id)
      expect(await pathsIn(app)).toEqual(['a.png'])
      expect((await app.catalog.trash.list({ offset: 0, limit: 1 })).total).toBe(0)
    },
  )

  it('leaves nothing of the other image with trash.days: 0', async () => {
    const { root, app } = await openGallery({ 'trash.days': 0 })
    const old = (await app.catalog.images.getByPath('a.png'))!
    await upload(app, 'a.png', await picture(2), { on_conflict: 'replace' })
    expect(await readFile(join(root, 'a.png'))).toEqual(Buffer.from(await picture(2)))
    expect(await pathsIn(app)).toEqual(['a.png'])
    expect((await app.catalog.trash.list({ offset: 0, limit: 1 })).total).toBe(0)
    expect((await app.catalog.images.getByPath('a.png'))!.id).not.toBe(old.id)
    expect(await readdir(root, { recursive: true })).not.toContainEqual(expect.stringMatching(/trash\/./))
  })

  it('leaves the new file if the database fails before the other one is restored, with trash.days: 0', async () => {
    const { root, app } = await openGallery({ 'trash.days': 0 })
    const away = async () => {
      throw new DomainError('unavailable', 'The database does not answer.', { retryAfterS: 1 })
    }
    vi.spyOn(app.embedder, 'embed').mockImplementationOnce(async () => {
      vi.spyOn(app.catalog.files, 'remove').mockImplementationOnce(away)
      vi.spyOn(app.catalog.trash, 'get').mockImplementationOnce(away)
      return away()
    })
    const bytes = Buffer.from(await picture(2))
    expect(await upload(app, 'a.png', bytes, { on_conflict: 'replace' })).toMatchObject({
      code: 'unavailable',
    })
    expect(await readFile(join(root, 'a.png'))).toEqual(bytes)
    await app.trash.removeExpired()
    expect((await app.catalog.trash.list({ offset: 0, limit: 1 })).total).toBe(1)
    await indexAll(app)
    expect(await pathsIn(app)).toEqual(['a.png'])
  })

  it('has all bytes in the folder before the other image moves away', async () => {
    const { root, app } = await openGallery()
    const bytes = Buffer.from(await picture(2))
    let staged: Buffer[] = []
    const { put } = app.catalog.trash
    vi.spyOn(app.catalog.trash, 'put').mockImplementationOnce(async (...args) => {
      const hidden = (await readdir(root)).filter((name) => name.endsWith('.upload'))
      staged = await Promise.all(hidden.map((name) => readFile(join(root, name))))
      return put(...args)
    })
    await upload(app, 'a.png', bytes, { on_conflict: 'replace' })
    expect(staged).toEqual([bytes])
    expect((await readdir(root)).filter((name) => name.endsWith('.upload'))).toEqual([])
  })

  it('does nothing for the same bytes', async () => {
    const { root, app } = await openGallery()
    const { id } = (await app.catalog.images.getByPath('a.png'))!
    const same = await upload(app, 'a.png', await readFile(join(root, 'a.png')), { on_conflict: 'replace' })
    expect(same).toMatchObject({ status: 'success', image: { id } })
    expect((await app.catalog.trash.list({ offset: 0, limit: 1 })).total).toBe(0)
  })

  it('keeps a file that is no image, which the trash could not store', async () => {
    const { root, app } = await openGallery()
    await writeFile(join(root, 'b.png'), 'precious text')
    const added = await upload(app, 'b.png', await picture(3), { on_conflict: 'replace' })
    expect(added).toMatchObject({ status: 'success', image: { path: 'b (2).png' } })
    expect(await readFile(join(root, 'b.png'), 'utf8')).toBe('precious text')
  })
})

it('a name that leaves no room for a number is shortened, for an upload and in the trash', async () => {
  const { app } = await openGallery()
  const stem = '画'.repeat(83)
  const { image } = await upload(app, `${stem}.png`, await picture(2))
  const { id } = image as { id: string }
  const browser = openBrowser(app.http)
  expect((await browser.request('DELETE', `/api/images/${id}`)).status).toBe(200)
  for (const n of [3, 4])
    expect(await upload(app, `${stem}.png`, await picture(n))).toMatchObject({ status: 'success' })
  expect((await browser.post('/api/trash/restore', { image_ids: [id] })).status).toBe(200)
  expect((await pathsIn(app)).slice(1)).toEqual([
    `${stem.slice(0, -1)} (2).png`,
    `${stem.slice(0, -1)} (3).png`,
    `${stem}.png`,
  ])
  expect((await app.catalog.images.get(id))!.path).toBe(`${stem.slice(0, -1)} (3).png`)
})

/** A second name of a file that listings lack, as on a disk to which two spellings are one name. */
async function spellAlso(root: string, name: string, other: string): Promise<void> {
  await link(join(root, name), join(root, other))
  const real = fs.readdir as (path: string, options?: unknown) => Promise<(string | { name: string })[]>
  const replaceBy = (replacement: unknown) => {
    fs.readdir = replacement as typeof readdir
    syncBuiltinESMExports()
  }
  replaceBy(async (path: string, options?: unknown) =>
    (await real(path, options)).filter(
      (entry) => path !== root || (typeof entry === 'string' ? entry : entry.name) !== other,
    ),
  )
  onTestFinished(() => replaceBy(real))
}

describe('an upload with the name of an image in another spelling, where the disk sees no difference', () => {
  it('has the id of the image', async () => {
    const { root, app } = await openGallery()
    const { id } = (await app.catalog.images.getByPath('a.png'))!
    await spellAlso(root, 'a.png', 'A.png')
    const answer = await upload(app, 'A.png', await readFile(join(root, 'a.png')))
    expect(answer).toMatchObject({ status: 'success', image: { id, path: 'a.png' } })
    expect(await pathsIn(app)).toEqual(['a.png'])
  })
})

it('an upload whose path is too long leaves no folder behind', async () => {
  const { root, app } = await openGallery()
  const before = await readdir(root)
  const directory = Array(15).fill('x'.repeat(255)).join('/')
  const refused = await upload(app, `${'y'.repeat(250)}/b.png`, await picture(2), { directory })
  expect(refused).toMatchObject({ code: 'invalid_path', error: expect.stringMatching(/too long/) })
  expect(await readdir(root)).toEqual(before)
})

describe('without watch_recursive', () => {
  it('an upload into a folder is found and stays, while other files in it are ignored', async () => {
    const { root, config, app } = await openGallery({ 'watcher.watch_recursive': false })
    await app.sync.startWatching()
    const added = await upload(app, 'deep/b.png', await picture(2), { directory: 'new' })
    expect(added).toMatchObject({
      status: 'success',
      image: { path: 'new/deep/b.png', directory: 'new/deep' },
    })
    await writeSettled(join(root, 'new/deep/other.png'), await picture(3))
    await mkdir(join(root, 'empty/below'), { recursive: true })
    await indexAll(app)
    expect(await pathsIn(app)).toEqual(['a.png', 'new/deep/b.png'])
    expect([...app.sync.folders.keys()].sort()).toEqual(['.', 'empty', 'empty/below', 'new', 'new/deep'])
    await expect
      .poll(async () => (await app.catalog.files.leftOut()).map(({ rule, files }) => [rule, files]))
      .toEqual([['subfolder', 1]])
    await app.close()

    const again = await startApp(config)
    await indexAll(again)
    expect(await pathsIn(again)).toEqual(['a.png', 'new/deep/b.png'])
    const { id } = (await again.catalog.images.getByPath('new/deep/b.png'))!
    expect((await openBrowser(again.http).request('DELETE', `/api/images/${id}`)).status).toBe(200)
    await indexAll(again)
    expect(await pathsIn(again)).toEqual(['a.png'])
    expect(await readdir(join(root, 'new/deep'))).toEqual(['other.png'])
  })

  it('an uploaded image that another program changes or removes is followed', async () => {
    const { root, app } = await openGallery({ 'watcher.watch_recursive': false })
    await app.sync.startWatching()
    await upload(app, 'b.png', await picture(2), { directory: 'new' })
    const { contentHash } = (await app.catalog.images.getByPath('new/b.png'))!
    await writeSettled(join(root, 'new/b.png'), await picture(4))
    await indexAll(app)
    expect((await app.catalog.images.getByPath('new/b.png'))!.contentHash).not.toBe(contentHash)
  })
})
