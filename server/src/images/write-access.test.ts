import { existsSync } from 'node:fs'
import { rmdir } from 'node:fs/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { openBrowser } from '../testing/browser.ts'
import { canMount, mountReadOnly, unmount } from '../testing/mounts.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { createReadOnlyFolders } from './write-access.ts'

describe.skipIf(!canMount())('a gallery that is mounted read-only (needs the right to mount)', () => {
  it('is reported before anything is deleted', async () => {
    const [root, phone] = [await temporaryDirectory(), await temporaryDirectory()]
    await writeSettled(`${phone}/1.png`, await picture(1))
    mountReadOnly(phone)
    const directories = [{ name: 'Phone', path: phone }]
    const app = await startApp(await configFor(root, { 'watcher.directories': directories }))
    await indexAll(app)
    const browser = openBrowser(app.http)
    expect(await (await browser.get('/api/index/status')).json()).toMatchObject({
      read_only: ['Phone'],
      is_read_only: false,
    })
    const { id } = (await app.catalog.images.getByPath('Phone/1.png'))!
    expect(await (await browser.request('DELETE', `/api/images/${id}`)).json()).toMatchObject({
      code: 'permission_denied',
    })
    expect(await app.catalog.images.getByPath('Phone/1.png')).toMatchObject({ id })
  })

  it('is reported as a whole if nothing can be written in any of its drives that are there', async () => {
    const [root, phone] = [await temporaryDirectory(), await temporaryDirectory()]
    await writeSettled(`${root}/1.png`, await picture(1))
    mountReadOnly(root)
    mountReadOnly(phone)
    const away = `${await temporaryDirectory()}/away`
    const directories = [
      { name: 'Phone', path: phone },
      { name: 'Away', path: away },
    ]
    const config = await configFor(root, { 'watcher.directories': directories })
    const app = await startApp(config)
    await indexAll(app)
    const status = await (await openBrowser(app.http).get('/api/index/status')).json()
    expect(status).toMatchObject({ read_only: ['.', 'Phone'], is_read_only: true })
    const upload = new FormData()
    upload.set('image', new File([new Uint8Array(await picture(2))], 'b.png', { type: 'image/png' }))
    const refused = await app.http.request('/api/images', { method: 'POST', body: upload })
    expect(await refused.json()).toMatchObject({
      code: 'permission_denied',
      error: 'This folder of the gallery can’t be changed: it is read-only.',
    })
  })

  it('is reported below the top, too, and copies nothing when a deletion is refused', async () => {
    const root = await temporaryDirectory()
    await writeSettled(`${root}/trip/usb/1.png`, await picture(1))
    mountReadOnly(`${root}/trip/usb`)
    const config = await configFor(root)
    const app = await startApp(config)
    await app.join()
    await indexAll(app)
    const browser = openBrowser(app.http)
    expect(await (await browser.get('/api/index/status')).json()).toMatchObject({ read_only: ['trip/usb'] })
    const { id } = (await app.catalog.images.getByPath('trip/usb/1.png'))!
    const put = vi.spyOn(app.catalog.trash, 'put')
    onTestFinished(() => put.mockRestore())
    expect(await (await browser.request('DELETE', `/api/images/${id}`)).json()).toMatchObject({
      code: 'permission_denied',
    })
    expect(put).not.toHaveBeenCalled()
    expect(existsSync(`${config.data_directory}/trash`)).toBe(false)
  })

  it('keeps an image in the trash that cannot be put back', async () => {
    const root = await temporaryDirectory()
    await writeSettled(`${root}/trip/1.png`, await picture(1))
    const app = await startApp(await configFor(root))
    await indexAll(app)
    const browser = openBrowser(app.http)
    const { id } = (await app.catalog.images.getByPath('trip/1.png'))!
    expect((await browser.request('DELETE', `/api/images/${id}`)).status).toBe(200)
    await rmdir(`${root}/trip`)
    mountReadOnly(root)
    const response = await browser.request('POST', '/api/trash/restore', { image_ids: [id] })
    expect(await response.json()).toMatchObject({ code: 'permission_denied' })
    expect(await (await browser.get('/api/trash')).json()).toMatchObject({ total: 1 })
  })
  it('keeps its deleted images, and those of other drives expire', async () => {
    const [root, phone] = [await temporaryDirectory(), await temporaryDirectory()]
    await writeSettled(`${phone}/1.png`, await picture(1))
    await writeSettled(`${root}/2.png`, await picture(2))
    const directories = [{ name: 'Phone', path: phone }]
    const app = await startApp(await configFor(root, { 'watcher.directories': directories }))
    await indexAll(app)
    const browser = openBrowser(app.http)
    for (const path of ['Phone/1.png', '2.png'])
      expect(await app.trash.put((await app.catalog.images.getByPath(path))!)).toBe(true)
    mountReadOnly(phone)
    const repair = vi.spyOn(app.trash, 'repair').mockRejectedValueOnce(new Error('EIO: i/o error'))
    const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 40 * 24 * 3_600_000)
    onTestFinished(() => now.mockRestore())
    await app.start()
    const listed = async () => (await (await browser.get('/api/trash')).json()).images
    await expect.poll(listed).toMatchObject([{ path: 'Phone/1.png' }])
    expect(repair).toHaveBeenCalled()
    const response = await browser.request('DELETE', '/api/trash')
    expect(await response.json()).toMatchObject({ code: 'permission_denied' })
    unmount(phone)
    expect(await (await browser.request('DELETE', '/api/trash')).json()).toMatchObject({ removed: 1 })
  })
})

it('read-only folders are reported without the database', async () => {
  const folders = createReadOnlyFolders(await temporaryDirectory(), () => Promise.reject(new Error('away')))
  expect(await folders()).toEqual({ folders: [], isAll: false })
})
