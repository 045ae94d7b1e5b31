import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { openBrowser } from '../testing/browser.ts'
import { writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import type { ImagesJson } from './schemas.ts'

it('makes versions of an image on demand, once, upright and never enlarged', async () => {
  const root = await temporaryDirectory()
  const wide = sharp({ create: { width: 600, height: 1500, channels: 3, background: '#28a' } })
  await writeSettled(join(root, 'turned.jpg'), await wide.withMetadata({ orientation: 6 }).jpeg().toBuffer())
  const config = await configFor(root)
  const app = await startApp(config)
  await indexAll(app)
  const browser = openBrowser(app.http)
  const { images } = (await (await browser.get('/api/images')).json()) as ImagesJson
  const address = images[0]!.thumbnail_url
  const files = () => readdir(join(config.data_directory, 'renditions'), { recursive: true }).catch(() => [])

  const responses = await Promise.all(Array.from({ length: 6 }, () => browser.get(`${address}&size=512`)))
  const bodies = await Promise.all(responses.map(async (one) => Buffer.from(await one.arrayBuffer())))
  expect(await sharp(bodies[0]).metadata()).toMatchObject({ format: 'webp', width: 512, height: 205 })
  expect(new Set(bodies.map((body) => body.toString('base64'))).size).toBe(1)
  expect((await files()).filter((name) => name.endsWith('.webp'))).toHaveLength(1)
  expect(responses[0]!.headers.get('cache-control')).toContain('immutable')
  const etag = responses[0]!.headers.get('etag')!
  const again = await browser.request('GET', `${address}&size=512`, undefined, { 'if-none-match': etag })
  expect(again.status).toBe(304)

  const sizeOf = async (query: string) => {
    const response = await browser.get(`${address}${query}`)
    const { width, height } = await sharp(await response.arrayBuffer()).metadata()
    return `${width}x${height}`
  }
  expect(await sizeOf('&size=256')).toBe('256x102')
  expect(await sizeOf('&size=1024')).toBe('1024x410')
  expect(await sizeOf('')).toBe(await sizeOf('&size='))
  expect((await browser.get(`${address}&size=300`)).status).toBe(422)

  await browser.request('DELETE', `/api/images/${images[0]!.id}`)
  await browser.request('DELETE', '/api/trash')
  expect((await files()).filter((name) => name.endsWith('.webp'))).toEqual([])
})

it('does not enlarge a small image', async () => {
  const root = await temporaryDirectory()
  const small = sharp({ create: { width: 90, height: 60, channels: 3, background: '#a82' } })
  await writeSettled(join(root, 'small.png'), await small.png().toBuffer())
  const app = await startApp(await configFor(root))
  await indexAll(app)
  const browser = openBrowser(app.http)
  const { images } = (await (await browser.get('/api/images')).json()) as ImagesJson
  const response = await browser.get(`${images[0]!.thumbnail_url}&size=1024`)
  const { width, height } = await sharp(await response.arrayBuffer()).metadata()
  expect([width, height]).toEqual([90, 60])
  expect(images[0]!.thumbhash).toMatch(/^[\w+/]{20,}=*$/)
})

it('makes versions after a search that is in progress', async () => {
  const root = await temporaryDirectory()
  const picture = await sharp({ create: { width: 600, height: 400, channels: 3, background: '#28a' } })
    .png()
    .toBuffer()
  await writeSettled(join(root, 'wide.png'), picture)
  const app = await startApp(await configFor(root))
  await indexAll(app)
  const browser = openBrowser(app.http)
  const { images } = (await (await browser.get('/api/images')).json()) as ImagesJson
  const reading = Promise.withResolvers<Uint8Array>()
  const ended: string[] = []
  const term = {
    kind: 'image',
    weight: 1,
    mayBeSketch: false,
    picture: { read: () => reading.promise },
  } as const
  const searching = app.search
    .find([term], { filter: {}, topK: 10, offset: 0, limit: 10 })
    .then(() => ended.push('search'))
  const making = browser.get(`${images[0]!.thumbnail_url}&size=256`).then(() => ended.push('version'))
  setTimeout(() => reading.resolve(picture), 100)
  await Promise.all([searching, making])
  expect(ended).toEqual(['search', 'version'])
})
