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
})
