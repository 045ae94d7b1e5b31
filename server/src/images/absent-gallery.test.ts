import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'

it('uploads and deletions are refused with the reason while the gallery is absent', async () => {
  const root = join(await temporaryDirectory(), 'gallery')
  await writeSettled(join(root, 'x/a.png'), await picture(1))
  const app = await startApp(await configFor(root))
  await indexAll(app)
  const { id } = (await app.catalog.images.getByPath('x/a.png'))!
  const upload = async (directory: string) => {
    const form = new FormData()
    form.set('image', new File([new Uint8Array(await picture(2))], 'b.png', { type: 'image/png' }))
    form.set('directory', directory)
    const response = await app.http.request('/api/images', { method: 'POST', body: form })
    return { httpStatus: response.status, ...(await response.json()) }
  }
  await rename(root, `${root}-aside`)
  for (const directory of ['.', 'x'])
    expect(await upload(directory)).toMatchObject({
      httpStatus: 503,
      error: expect.stringMatching(/gallery can't be read at present/),
    })
  expect((await app.http.request(`/api/images/${id}`, { method: 'DELETE' })).status).toBe(503)
  expect(await (await app.http.request(`/api/images/${id}/view`)).json()).toMatchObject({
    code: 'image_not_found',
    error: 'The file can’t be found: it was moved or deleted, or its drive is not connected.',
  })
  const tile = async () => app.http.request(`/api/images/${id}/thumbnail?size=256`)
  const stored = await tile()
  expect(stored.status).toBe(200)
  expect(stored.headers.get('cache-control')).toContain('no-cache')
  expect(stored.headers.get('etag')).toBeNull()
  await rename(`${root}-aside`, root)
  expect((await tile()).headers.get('etag')).not.toBeNull()
  expect((await upload('x')).httpStatus).toBeLessThan(300)
  await rename(join(root, 'x'), join(root, 'y'))
  expect((await app.http.request(`/api/images/${id}/view`)).status).toBe(404)
  expect((await app.http.request(`/api/images/${id}`, { method: 'DELETE' })).status).toBe(409)
})
