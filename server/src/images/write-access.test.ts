import { rmdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { openBrowser } from '../testing/browser.ts'
import { canMount, mountReadOnly } from '../testing/mounts.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'

describe.skipIf(!canMount())('a gallery that is mounted read-only (needs the right to mount)', () => {
  it('is reported before anything is deleted', async () => {
    const [root, phone] = [await temporaryDirectory(), await temporaryDirectory()]
    await writeSettled(`${phone}/1.png`, await picture(1))
    mountReadOnly(phone)
    const directories = [{ name: 'Phone', path: phone }]
    const app = await startApp(await configFor(root, { 'watcher.directories': directories }))
    await indexAll(app)
    const browser = openBrowser(app.http)
    expect(await (await browser.get('/api/index/status')).json()).toMatchObject({ read_only: ['Phone'] })
    const { id } = (await app.catalog.images.getByPath('Phone/1.png'))!
    expect(await (await browser.request('DELETE', `/api/images/${id}`)).json()).toMatchObject({
      code: 'permission_denied',
    })
    expect(await app.catalog.images.getByPath('Phone/1.png')).toMatchObject({ id })
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
})
