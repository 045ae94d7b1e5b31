import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { eventually, temporaryDirectory } from '../testing/temporary.ts'

const BY_NAME = { filter: {}, orderBy: 'name' as const, descending: false, offset: 0, limit: 100 }
const latin1 = (root: string, path: string) =>
  Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')])

// Only file systems that store names as bytes have such names.
describe.skipIf(process.platform !== 'linux')('names that are not UTF-8', () => {
  async function open() {
    const root = await temporaryDirectory()
    mkdirSync(latin1(root, 'caf\xe9'))
    writeFileSync(latin1(root, 'caf\xe9/na\xefve.png'), await picture(1))
    writeFileSync(latin1(root, 'caf\xe8.png'), await picture(2))
    await writeSettled(join(root, 'a.png'), await picture(3))
    const app = await startApp(await configFor(root))
    await app.sync.startWatching()
    await indexAll(app)
    const list = async () => {
      const response = await app.http.request('/api/images?items_per_page=100&order_by=user_visible_name')
      return (await response.json()).images as {
        id: string
        path: string
        directory: string
        user_visible_name: string
        view_url: string
      }[]
    }
    return { root, app, list }
  }

  it('are indexed, shown with a replacement character, opened, searched in and deleted', async () => {
    const { root, app, list } = await open()
    const images = await list()
    expect(images.map((image) => image.user_visible_name).sort()).toEqual(
      ['a.png', 'caf\ufffd.png', 'na\ufffdve.png'].sort(),
    )
    const inFolder = images.find((image) => image.user_visible_name === 'na\ufffdve.png')!
    expect(inFolder.directory).toContain('caf\ufffd')
    for (const { view_url: url } of images) expect((await app.http.request(url)).status).toBe(200)
    const preview = `/api/images/${inFolder.id}/thumbnail`
    expect((await app.http.request(preview)).status).toBe(200)
    const filtered = await app.http.request(
      `/api/images?directory=${encodeURIComponent(inFolder.directory)}&name_contains=${encodeURIComponent('NA\ufffdVE')}`,
    )
    expect((await filtered.json()).images).toMatchObject([{ id: inFolder.id }])
    const removed = await app.http.request(`/api/images/${inFolder.id}`, { method: 'DELETE' })
    expect(removed.status).toBeLessThan(300)
    expect(readdirSync(latin1(root, 'caf\xe9'))).toEqual([])
    expect(existsSync(latin1(root, 'caf\xe8.png'))).toBe(true)
  })

  it('are watched: new, moved, in moved folders, and behind links', async () => {
    const { root, list } = await open()
    const before = new Map((await list()).map((image) => [image.user_visible_name, image]))
    const becomes = (names: string[]) =>
      eventually(async () =>
        expect((await list()).map((image) => image.user_visible_name).sort()).toEqual([...names].sort()),
      )
    writeFileSync(latin1(root, 'caf\xe9/\xff'), await picture(4))
    await becomes(['a.png', 'caf\ufffd.png', 'na\ufffdve.png', '\ufffd'])
    renameSync(latin1(root, 'caf\xe9'), latin1(root, 'bar\xe9'))
    renameSync(latin1(root, 'caf\xe8.png'), latin1(root, 'bar\xe9/b\xe8.png'))
    await becomes(['a.png', 'b\ufffd.png', 'na\ufffdve.png', '\ufffd'])
    await eventually(async () => {
      const after = new Map((await list()).map((image) => [image.user_visible_name, image]))
      expect(after.get('na\ufffdve.png')!.id).toBe(before.get('na\ufffdve.png')!.id)
      expect(after.get('b\ufffd.png')!.id).toBe(before.get('caf\ufffd.png')!.id)
      expect(after.get('na\ufffdve.png')!.directory).toContain('bar\ufffd')
    })
    symlinkSync(latin1('.', 'bar\xe9').subarray(2), latin1(root, 'link\xe9'))
    await becomes([
      'a.png',
      'b\ufffd.png',
      'b\ufffd.png',
      'na\ufffdve.png',
      'na\ufffdve.png',
      '\ufffd',
      '\ufffd',
    ])
  })

  it('keep their rows after a restart', async () => {
    const { app, list } = await open()
    const before = await list()
    let indexed = 0
    app.events.on('imagesIndexed', ({ count }) => {
      indexed += count
    })
    await indexAll(app)
    expect(indexed).toBe(0)
    expect(await list()).toEqual(before)
    expect((await app.catalog.images.list(BY_NAME)).total).toBe(3)
  })
})
