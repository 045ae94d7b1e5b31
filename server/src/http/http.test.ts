import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it, vi } from 'vitest'
import type { App } from '../app/compose.ts'
import { openEmbedder } from '../embedding/open-embedder.ts'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { readEventStream } from '../testing/event-stream.ts'
import { circleSketch, picture, writeSettled } from '../testing/pictures.ts'
import { eventually, type OnEnd, onceForAll, temporaryDirectory } from '../testing/temporary.ts'
import { MAX_SKETCH_CHARACTERS } from './contract/saved-queries.ts'
import type { Detail } from './input/problems.ts'
import type { ImageJson, ImagesJson } from './schemas.ts'

const COUNT = 12

/** A gallery with its index. */
async function served(
  yaml: Record<string, unknown> = {},
  onEnd?: OnEnd,
): Promise<{ app: App; root: string }> {
  const root = await temporaryDirectory(onEnd)
  for (let n = 0; n < COUNT; n++) {
    const directory = n < 6 ? '' : n < 9 ? 'sub/' : 'sub/deep/'
    const time = new Date(Date.UTC(2020, 0, n + 1, 12))
    await writeSettled(
      join(root, `${directory}image-${String(n).padStart(2, '0')}.png`),
      await picture(n),
      time,
    )
  }
  const app = await startApp(await configFor(root, yaml, onEnd), {}, onEnd)
  await indexAll(app)
  return { app, root }
}

/** A gallery for the tests that do not change it. */
const unchanged = onceForAll((onEnd) => served({}, onEnd))

const get = (app: App, path: string, headers: Record<string, string> = {}) =>
  app.http.request(path, { headers })
const getJson = async <T>(app: App, path: string) => (await get(app, path)).json() as Promise<T>
const send = (
  app: App,
  method: string,
  path: string,
  body?: FormData | object,
  headers: Record<string, string> = {},
) =>
  app.http.request(path, {
    method,
    ...(body instanceof FormData
      ? { body, headers }
      : { body: body && JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }),
  } as RequestInit)

function form(fields: Record<string, string | [bytes: Uint8Array, name: string]>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') data.set(name, value)
    else data.set(name, new Blob([value[0] as Uint8Array<ArrayBuffer>]), value[1])
  }
  return data
}

const names = ({ images }: ImagesJson) => images.map((image) => image.user_visible_name)

describe('GET /api/images', () => {
  it('responds in the form of the contract, with and without a trailing slash', async () => {
    const { app } = unchanged()
    const answer = await getJson<ImagesJson>(app, '/api/images')
    expect(answer.total).toBe(COUNT)
    expect(names(answer)).toEqual(
      [11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((n) => `image-${String(n).padStart(2, '0')}.png`),
    )
    expect(answer.images[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      user_visible_name: 'image-11.png',
      directory: 'sub/deep',
      path: 'sub/deep/image-11.png',
      created_at: expect.stringMatching(/Z$/),
      modified_at: '2020-01-12T12:00:00.000Z',
      model_name: 'classical',
      width: 140,
      height: 100,
      bytes: expect.any(Number),
      content_type: 'image/png',
      thumbhash: expect.any(String),
      captured_at: null,
      camera: null,
      lens: null,
      exposure_time: null,
      f_number: null,
      iso: null,
      focal_length: null,
      orientation: null,
      latitude: null,
      longitude: null,
      title: null,
      caption: null,
      keywords: [],
      rating: null,
      bit_depth: 8,
      note: null,
      starred: false,
      thumbnail_url: expect.stringMatching(/^\/api\/images\/.*\/thumbnail/),
      view_url: expect.stringMatching(/^\/api\/images\/.*\/view/),
      preview_url: expect.stringMatching(/^\/api\/images\/.*\/preview/),
    })
    expect(await getJson(app, '/api/images/')).toEqual(answer)
  })

  it('pages, orders and filters', async () => {
    const { app } = unchanged()
    const list = async (query: string) => names(await getJson<ImagesJson>(app, `/api/images?${query}`))
    expect(await list('page=2&items_per_page=5&order_by=user_visible_name&direction=ascending')).toEqual(
      [5, 6, 7, 8, 9].map((n) => `image-0${n}.png`),
    )
    expect(await list('name_contains=IMAGE-1')).toEqual(['image-11.png', 'image-10.png'])
    expect(await list('directory=sub')).toHaveLength(3)
    expect(await list('directory=sub&recursive=true')).toHaveLength(6)
    expect(await list('directory=.')).toHaveLength(6)
    expect(await list('modified_min=2020-01-11T12:00:00Z')).toHaveLength(2)
    expect(await list('modified_min=2020-01-11T13:00:00%2B01:00&modified_max=2020-01-11T12:00:00')).toEqual([
      'image-10.png',
    ])
    expect(await list('name_contains=&directory=&items_per_page=1000')).toHaveLength(COUNT)
    // The files were written now, with modification times of 2020.
    expect(await list('created_min=2021-01-01&items_per_page=1000')).toHaveLength(COUNT)
    expect(await list('modified_min=2021-01-01')).toEqual([])
  })

  it.each([
    'page=0',
    'page=x',
    'items_per_page=-1',
    'order_by=size',
    'direction=up',
    'created_min=yesterday',
    'name_contains=%00',
  ])('refuses %s with the path and the reason', async (query) => {
    const { app } = unchanged()
    const response = await get(app, `/api/images?${query}`)
    expect(response.status).toBe(422)
    const [name] = query.split('=')
    expect(await response.json()).toMatchObject({
      error: expect.stringContaining(`${name} is not valid: `),
      code: 'invalid_request',
      detail: [{ type: expect.any(String), loc: ['query', name], msg: expect.any(String) }],
    })
  })
})

describe('searching', () => {
  it('finds a picture of the gallery by itself, best first', async () => {
    const { app } = unchanged()
    const response = await send(
      app,
      'POST',
      '/api/images/similarity-search/',
      form({
        image: [await picture(7, 'jpeg'), 'q.jpg'],
        top_k: '5',
        query_json: '{"items_per_page": 3}',
        kind: 'image',
      }),
    )
    expect(response.status).toBe(200)
    expect(response.headers.get('server-timing')).toMatch(/prepare;dur=.*embed;dur=.*nearest;dur=/)
    const { images, total } = (await response.json()) as ImagesJson
    expect(total).toBe(5)
    expect(images).toHaveLength(3)
    expect(images[0]).toMatchObject({ user_visible_name: 'image-07.png', score: expect.any(Number) })
    const scores = images.map(({ score }) => score!)
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
    expect(scores[0]).toBeGreaterThan(0.95)
  })

  it('distinguishes a sketch from a picture automatically', async () => {
    const { app } = unchanged()
    const kindOf = async (bytes: Uint8Array) =>
      (
        await send(app, 'POST', '/api/images/similarity-search', form({ image: [bytes, 'q'], top_k: '1' }))
      ).headers.get('x-query-kind')
    expect(await kindOf(await circleSketch())).toBe('sketch')
    expect(await kindOf(await picture(2))).toBe('image')
  })

  it('treats a file of the gallery as an image, even if it looks like a drawing', async () => {
    const { app, root } = await served()
    await writeSettled(join(root, 'drawing.png'), await circleSketch())
    await indexAll(app)
    const response = await send(
      app,
      'POST',
      '/api/images/similarity-search',
      form({ image: [await circleSketch(), 'q'], top_k: '100' }),
    )
    expect(response.headers.get('x-query-kind')).toBe('image')
    const [first] = ((await response.json()) as ImagesJson).images
    expect(first).toMatchObject({ path: 'drawing.png' })
    expect(first!.score).toBeCloseTo(1, 3)
  })

  it('searches by a part of the picture', async () => {
    const { app } = unchanged()
    const sheet = await sharp({ create: { width: 560, height: 200, channels: 3, background: '#888' } })
      .composite([{ input: await picture(3), left: 420, top: 100 }])
      .png()
      .toBuffer()
    const search = (crop: string) =>
      send(
        app,
        'POST',
        '/api/images/similarity-search',
        form({ image: [sheet, 'q.png'], kind: 'image', crop, top_k: '1' }),
      )
    const found = (await (await search('0.75,0.5,0.25,0.5')).json()) as ImagesJson
    expect(names(found)).toEqual(['image-03.png'])
    expect((await search('0.9,0.9,0.5,0.5')).status).toBe(422)
    const overlong = (await (await search('1,'.repeat(50_000))).json()) as { detail: object[] }
    expect(overlong.detail).toMatchObject([
      { type: 'string_too_long', loc: ['body', 'crop'], input: '1,'.repeat(100) },
    ])
  })

  it('applies filters to the results', async () => {
    const { app } = unchanged()
    const query = JSON.stringify({ directory: 'sub', recursive: true, items_per_page: 100 })
    const response = await send(
      app,
      'POST',
      '/api/images/similarity-search',
      form({ image: [await picture(1), 'q'], top_k: '100', query_json: query }),
    )
    const { images, total } = (await response.json()) as ImagesJson
    expect(total).toBe(6)
    expect(images.every(({ path }) => path.startsWith('sub/'))).toBe(true)
  })

  it('finds by an indexed image, which comes first', async () => {
    const { app } = unchanged()
    const [image] = (await getJson<ImagesJson>(app, '/api/images?name_contains=04')).images
    const body = { image_id: image!.id, top_k: 4, query: { items_per_page: 10 } }
    const { images, total } = (await (
      await send(app, 'POST', '/api/images/search-by-image', body)
    ).json()) as ImagesJson
    expect(total).toBe(4)
    expect(images[0]!.id).toBe(image!.id)
    const unknown = await send(app, 'POST', '/api/images/search-by-image', {
      ...body,
      image_id: crypto.randomUUID(),
    })
    expect(unknown.status).toBe(404)
    expect(await unknown.json()).toMatchObject({ code: 'image_not_found' })
  })

  it('fails if the image is deleted during the search', async () => {
    const { app } = await served()
    const { images } = await getJson<ImagesJson>(app, '/api/images?items_per_page=2')
    const { get } = app.catalog.vectors
    vi.spyOn(app.catalog.vectors, 'get').mockImplementationOnce(async (ids) => {
      const found = await get(ids)
      await app.catalog.files.remove([images[0]!.path])
      return found
    })
    const search = (id: string, name?: string) =>
      send(app, 'POST', '/api/images/search-by-image', {
        image_id: id,
        top_k: 5,
        query: { name_contains: name },
      })
    expect((await search(images[0]!.id)).status).toBe(404)
    // An image that a filter excludes still exists.
    expect((await search(images[1]!.id, 'no such name')).status).toBe(200)
  })

  it('finds by several examples, from the gallery and uploaded', async () => {
    const { app } = unchanged()
    const all = (
      await getJson<ImagesJson>(
        app,
        '/api/images?items_per_page=100&order_by=user_visible_name&direction=ascending',
      )
    ).images
    const [one, other] = [all[1]!, all[5]!]
    const more = await send(app, 'POST', '/api/images/search', {
      positive: [{ image_id: one.id, weight: 2 }],
      negative: [{ image_id: other.id }],
      top_k: COUNT,
      query: { items_per_page: 100 },
    })
    const ranked = ((await more.json()) as ImagesJson).images.map(({ id }) => id)
    expect(ranked[0]).toBe(one.id)
    expect(ranked).toHaveLength(COUNT - 1)
    expect(ranked).not.toContain(other.id)

    const search = { positive: [{ upload: 'mine', kind: 'image' }], top_k: 1 }
    const sent = await send(
      app,
      'POST',
      '/api/images/search',
      form({ search_json: JSON.stringify(search), mine: [await picture(8), 'x.png'] }),
    )
    expect(names((await sent.json()) as ImagesJson)).toEqual(['image-08.png'])

    // A file of the gallery that is sent along is unwanted itself, a region of it is not.
    const unlike = async (crop?: string) => {
      const request = { positive: [{ image_id: one.id }], negative: [{ upload: 'not', kind: 'image', crop }] }
      const response = await send(
        app,
        'POST',
        '/api/images/search',
        form({
          search_json: JSON.stringify({ ...request, top_k: COUNT, query: { items_per_page: 100 } }),
          not: [await picture(8), 'x.png'],
        }),
      )
      return names((await response.json()) as ImagesJson)
    }
    expect(await unlike()).not.toContain('image-08.png')
    expect(await unlike('0,0,0.5,0.5')).toContain('image-08.png')

    expect((await send(app, 'POST', '/api/images/search', { positive: [] })).status).toBe(422)
    expect((await send(app, 'POST', '/api/images/search', { positive: [{ upload: 'none' }] })).status).toBe(
      400,
    )
  })

  it('explains an invalid query', async () => {
    const { app } = unchanged()
    const attempt = async (fields: Parameters<typeof form>[0]) => {
      const response = await send(app, 'POST', '/api/images/similarity-search', form(fields))
      return { status: response.status, ...((await response.json()) as { code: string }) }
    }
    const blank = await sharp({ create: { width: 50, height: 50, channels: 3, background: '#fff' } })
      .png()
      .toBuffer()
    const top = { top_k: '5' }
    // Clients of the reference implementation send an empty canvas, without a kind.
    for (const kind of [{}, { kind: 'sketch' }])
      expect(await attempt({ ...top, image: [blank, 'q'], ...kind })).toEqual({
        status: 200,
        images: [],
        total: 0,
      })
    expect(await attempt({ ...top, image: [Buffer.from('text'), 'q'] })).toMatchObject({
      status: 400,
      code: 'image_unreadable',
    })
    const where = async (fields: Parameters<typeof form>[0]) => {
      const { status, detail } = (await attempt(fields)) as unknown as { status: number; detail: Detail[] }
      return [status, ...detail.map(({ type, loc }) => `${loc.join('.')} ${type}`)]
    }
    const image: [Uint8Array, string] = [blank, 'q']
    expect(await where({ ...top, image, query_json: '{' })).toEqual([422, 'body.query_json json_invalid'])
    const nested = `{"page":${'['.repeat(1_000)}${']'.repeat(1_000)}}`
    expect(await where({ ...top, image, query_json: nested })).toEqual([422, 'body.query_json json_invalid'])
    expect(await where({ ...top, image, query_json: '{"page": 0}' })).toEqual([
      422,
      'body.query_json greater_than_equal',
    ])
    expect(await where({ image, top_k: '-1' })).toEqual([422, 'body.top_k greater_than_equal'])
    expect(await where({ image: 'no file' })).toEqual([422, 'body.image value_error', 'body.top_k missing'])
    const listed = await send(app, 'POST', '/api/images/search-by-image', {
      image_id: 1,
      top_k: [5],
      query: {},
    })
    expect(((await listed.json()) as { detail: Detail[] }).detail).toEqual([
      { type: 'uuid_type', loc: ['body', 'image_id'], msg: expect.any(String), input: 1 },
      { type: 'int_type', loc: ['body', 'top_k'], msg: 'Input should be a valid integer', input: [5] },
    ])
  })

  it('groups duplicates', async () => {
    const { app, root } = await served()
    await writeSettled(join(root, 'copy.png'), await picture(4))
    await writeSettled(join(root, 'again.jpg'), await picture(4, 'jpeg'))
    const detailed = sharp(manyShapes())
    await writeSettled(join(root, 'detailed.png'), await detailed.png().toBuffer())
    await writeSettled(join(root, 'turned.jpg'), await detailed.rotate(90).jpeg().toBuffer())
    await indexAll(app)
    const answer = await getJson<{ groups: { images: ImageJson[] }[]; total: number }>(
      app,
      '/api/images/duplicates?threshold=0.99',
    )
    const group = answer.groups.find(({ images }) => images.some(({ path }) => path === 'copy.png'))
    expect(group!.images.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['copy.png', 'again.jpg', 'image-04.png']),
    )
    const paths = answer.groups.map(({ images }) => images.map(({ path }) => path).sort())
    expect(paths).toContainEqual(['detailed.png', 'turned.jpg'])

    const bySpace = await getJson<typeof answer>(app, '/api/images/duplicates?level=alike&order_by=space')
    const freed = bySpace.groups.map(({ images }) => {
      const [largest] = images.toSorted((a, b) => b.width * b.height - a.width * a.height)
      return images.reduce((sum, image) => sum + image.bytes, -largest!.bytes)
    })
    expect(freed).toEqual(freed.toSorted((a, b) => b - a))
    const same = await getJson<typeof answer>(app, '/api/images/duplicates?level=identical')
    expect(same.groups.flatMap(({ images }) => images.map(({ path }) => path))).toContain('copy.png')

    // Results are kept for a while: an image that is deleted meanwhile does not come back with them.
    const copy = group!.images.find(({ path }) => path === 'copy.png')!
    expect((await app.http.request(`/api/images/${copy.id}`, { method: 'DELETE' })).status).toBe(200)
    const later = await getJson<typeof answer>(app, '/api/images/duplicates?threshold=0.99')
    const left = later.groups.flatMap(({ images }) => images.map(({ path }) => path))
    expect(left).toContain('again.jpg')
    expect(left).not.toContain('copy.png')
  })
})

/** An SVG picture of shapes of many sizes, wider than high. */
function manyShapes(): Buffer {
  const shapes = Array.from({ length: 60 }, (_, n) => {
    const [x, y, side] = [(n * 97) % 280, (n * n * 31) % 190, 5 + ((n * 53) % 37)]
    return `<rect x="${x}" y="${y}" width="${side}" height="${side / 2 + 3}" fill="hsl(${(n * 71) % 360} 50% ${20 + ((n * 37) % 60)}%)"/>`
  })
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"><rect width="300" height="200" fill="#ddd"/>${shapes.join('')}</svg>`,
  )
}

describe('saved queries', () => {
  const keep = async (app: App, fields: Parameters<typeof form>[0]) =>
    send(app, 'POST', '/api/queries', form(fields))

  it('store a drawing with its strokes, for searches alone and with others', async () => {
    const { app } = unchanged()
    const sketch = JSON.stringify({ strokes: [1, 2] })
    const answer = await keep(app, { image: [await circleSketch(), 'q.png'], kind: 'sketch', sketch })
    expect(answer.status).toBe(200)
    const kept = (await answer.json()) as { id: string; kind: string; sketch: unknown; image_url: string }
    expect(kept).toMatchObject({ kind: 'sketch', sketch: { strokes: [1, 2] } })
    expect(await getJson(app, `/api/queries/${kept.id}`)).toEqual(kept)
    const shown = await get(app, kept.image_url)
    expect(shown.headers.get('content-type')).toBe('image/webp')
    expect(await sharp(Buffer.from(await shown.arrayBuffer())).metadata()).toMatchObject({ format: 'webp' })

    const search = async (body: object) =>
      (await (await send(app, 'POST', '/api/images/search', body)).json()) as ImagesJson
    const sent = await send(
      app,
      'POST',
      '/api/images/similarity-search',
      form({ image: [await circleSketch(), 'q.png'], kind: 'sketch', top_k: '100' }),
    )
    const byKept = await search({ positive: [{ query_id: kept.id }] })
    expect(names(byKept)).toEqual(names((await sent.json()) as ImagesJson))
    const image = byKept.images.at(-1)!
    const both = await search({ positive: [{ query_id: kept.id }, { image_id: image.id }] })
    expect(names(both).indexOf(image.user_visible_name)).toBeLessThan(names(byKept).length - 1)
  })

  it('store a drawing of the documented size', async () => {
    const { app } = unchanged()
    const image: [Buffer, string] = [await circleSketch(), 'q.png']
    const sketch = (characters: number) => JSON.stringify({ strokes: 'x'.repeat(characters - 14) })
    expect(sketch(MAX_SKETCH_CHARACTERS)).toHaveLength(MAX_SKETCH_CHARACTERS)
    const stored = await keep(app, { image, kind: 'sketch', sketch: sketch(MAX_SKETCH_CHARACTERS) })
    expect(stored.status).toBe(200)
    expect((await keep(app, { image, sketch: sketch(MAX_SKETCH_CHARACTERS + 1) })).status).toBe(422)
  })

  it('search by a part of an image of the gallery', async () => {
    const { app } = unchanged()
    const [image] = (await getJson<ImagesJson>(app, '/api/images')).images
    const search = async (crop: string) =>
      send(app, 'POST', '/api/images/search', { positive: [{ image_id: image!.id, crop }] })
    expect(((await (await search('0,0,1,1')).json()) as ImagesJson).images[0]!.id).toBe(image!.id)
    expect((await search('0.1,0.1,0.5,0.5')).status).toBe(200)
    expect((await search('nonsense')).status).toBe(422)
  })

  it('are refused if they are no picture or no JSON, and 404 when they are unknown', async () => {
    const { app } = unchanged()
    const bytes = await circleSketch()
    expect((await keep(app, { image: [Buffer.from('no'), 'q.png'] })).status).toBe(400)
    const broken = await keep(app, { image: [bytes, 'q.png'], sketch: '{' })
    expect(broken.status).toBe(422)
    expect(((await broken.json()) as { error: string }).error).toMatch(/sketch/)
    const unknown = '0123456789abcdef01234567'
    expect(await getJson(app, `/api/queries/${unknown}`)).toMatchObject({ code: 'query_not_found' })
    for (const id of ['..%2f..%2fcatalog', 'x', `${unknown}0`])
      expect((await get(app, `/api/queries/${id}`)).status).toBe(422)
    const search = await send(app, 'POST', '/api/images/search', { positive: [{ query_id: unknown }] })
    expect(search.status).toBe(404)
  })
})

describe('one image', () => {
  it('is shown, with its thumbnail, preview and original', async () => {
    const { app, root } = unchanged()
    const [image] = (await getJson<ImagesJson>(app, '/api/images?name_contains=02')).images
    expect(await getJson(app, `/api/images/${image!.id}`)).toEqual(image)
    const thumbnail = await get(app, image!.thumbnail_url)
    expect(thumbnail.headers.get('content-type')).toBe('image/webp')
    expect(thumbnail.headers.get('cache-control')).toMatch(/private.*immutable/)
    expect(await sharp(await thumbnail.arrayBuffer()).metadata()).toMatchObject({ format: 'webp' })
    const etag = thumbnail.headers.get('etag')!
    expect((await get(app, image!.thumbnail_url, { 'if-none-match': etag })).status).toBe(304)
    const jpeg = await get(app, image!.thumbnail_url, { accept: 'image/jpeg,image/png' })
    expect([jpeg.headers.get('content-type'), jpeg.headers.get('vary')]).toEqual(['image/jpeg', 'Accept'])
    expect(await sharp(await jpeg.arrayBuffer()).metadata()).toMatchObject({ format: 'jpeg' })
    const ofOther = await get(app, `/api/images/${image!.id}/thumbnail?v=000000000000`)
    expect(ofOther.headers.get('cache-control')).toBe('private, no-cache')

    const view = await get(app, `/api/images/${image!.id}/view/`)
    expect(view.headers.get('content-type')).toBe('image/png')
    const original = await readFile(join(root, 'image-02.png'))
    expect(Buffer.from(await view.arrayBuffer()).equals(original)).toBe(true)
    const part = await get(app, image!.view_url, { range: 'bytes=10-19' })
    expect(part.status).toBe(206)
    expect(part.headers.get('content-range')).toBe(`bytes 10-19/${original.length}`)
    expect(Buffer.from(await part.arrayBuffer()).equals(original.subarray(10, 20))).toBe(true)
    expect((await get(app, image!.view_url, { range: 'bytes=999999-' })).status).toBe(416)
    expect((await get(app, image!.view_url, { range: 'bytes=0-1', 'if-range': '"old"' })).status).toBe(200)
  })

  it('is not kept open for a HEAD request', async () => {
    const { app, root } = await served()
    const noise = await sharp({
      create: {
        width: 400,
        height: 400,
        channels: 3,
        background: 'white',
        noise: { type: 'gaussian', mean: 128, sigma: 50 },
      },
    })
      .png()
      .toBuffer()
    await writeSettled(join(root, 'noise.png'), noise)
    await indexAll(app)
    const [image] = (await getJson<ImagesJson>(app, '/api/images?name_contains=noise')).images
    const openFiles = async () => (await readdir('/dev/fd')).length
    const before = await openFiles()
    for (let n = 0; n < 30; n++) {
      const head = await send(app, 'HEAD', image!.view_url)
      expect([head.status, head.headers.get('content-length')]).toEqual([200, String(noise.length)])
    }
    expect(await openFiles()).toBeLessThan(before + 10)
  })

  it('has a new version after it was overwritten', async () => {
    const { app, root } = await served()
    const [image] = (await getJson<ImagesJson>(app, '/api/images?name_contains=02')).images
    const view = () => get(app, image!.view_url, { range: 'bytes=0-9' })
    expect((await view()).status).toBe(206)
    const other = await picture(77)
    await writeSettled(join(root, 'image-02.png'), other)
    const after = await view()
    expect(after.status).toBe(200)
    expect(Buffer.from(await after.arrayBuffer()).equals(other)).toBe(true)
    expect([after.headers.get('etag'), after.headers.get('cache-control')]).toEqual([
      null,
      'private, no-cache',
    ])
    await indexAll(app)
    const again = await getJson<ImagesJson>(app, '/api/images?name_contains=02')
    expect((await get(app, again.images[0]!.view_url)).headers.get('cache-control')).toMatch(/immutable/)
  })

  it('gets no thumbnail of a file that replaced it', async () => {
    const directory = await temporaryDirectory()
    const { app, root } = await served({ 'thumbnail.thumbnail_directory': directory })
    const [image] = (await getJson<ImagesJson>(app, '/api/images?name_contains=02')).images
    const thumbnail = async () => Buffer.from(await (await get(app, image!.thumbnail_url)).arrayBuffer())
    const own = await thumbnail()
    const bytes = await readFile(join(root, 'image-02.png'))
    for (const name of await readdir(directory)) await rm(join(directory, name), { recursive: true })
    // The overwritten file has not been noticed yet.
    await writeFile(join(root, 'image-02.png'), await picture(77))
    expect((await thumbnail()).equals(own)).toBe(false)
    expect((await get(app, image!.thumbnail_url)).headers.get('etag')).toBeNull()
    await writeFile(join(root, 'image-02.png'), bytes)
    expect((await thumbnail()).equals(own)).toBe(true)
  })

  it('has a preview if no browser can show it', async () => {
    const { app, root } = await served()
    await writeSettled(
      join(root, 'scan.tiff'),
      await sharp(await picture(1))
        .tiff()
        .toBuffer(),
    )
    await indexAll(app)
    const [image] = (await getJson<ImagesJson>(app, '/api/images?name_contains=scan')).images
    const preview = await get(app, image!.preview_url)
    expect(await sharp(await preview.arrayBuffer()).metadata()).toMatchObject({ format: 'webp', width: 140 })
  })

  it('does not block if an entry that is no file replaced it', async () => {
    const { app, root } = await served()
    const [image] = (await getJson<ImagesJson>(app, '/api/images?directory=sub')).images
    const file = join(root, 'sub', image!.user_visible_name)
    await unlink(file)
    execFileSync('mkfifo', [file])
    // More than Node opens at once.
    for (let n = 0; n < 6; n++) {
      for (const suffix of ['view', 'preview'])
        expect((await get(app, `/api/images/${image!.id}/${suffix}`)).status).toBe(404)
      const search = { positive: [{ image_id: image!.id, crop: '0,0,0.5,0.5' }] }
      expect((await send(app, 'POST', '/api/images/search', search)).status).toBe(404)
    }
  })

  it('is 404 when it is unknown and 422 when the id is invalid', async () => {
    const { app } = unchanged()
    for (const suffix of ['', '/thumbnail', '/view', '/preview']) {
      expect((await get(app, `/api/images/${crypto.randomUUID()}${suffix}`)).status).toBe(404)
      expect((await get(app, `/api/images/nonsense${suffix}`)).status).toBe(422)
    }
  })
})

describe('adding and deleting', () => {
  it('writes the file and responds once it can be found', async () => {
    const { app, root } = await served()
    const bytes = await picture(99)
    const response = await send(
      app,
      'POST',
      '/api/images',
      form({ image: [bytes, 'new.png'], directory: 'sub' }),
    )
    const { status, image } = (await response.json()) as { status: string; image: ImageJson }
    expect({ code: response.status, status }).toEqual({ code: 200, status: 'success' })
    expect((await readFile(join(root, 'sub/new.png'))).equals(bytes)).toBe(true)
    const found = await send(app, 'POST', '/api/images/search-by-image', {
      image_id: image.id,
      top_k: 1,
      query: {},
    })
    expect(((await found.json()) as ImagesJson).images[0]!.path).toBe('sub/new.png')

    expect((await send(app, 'DELETE', `/api/images/${image.id}`)).status).toBe(200)
    expect(await readdir(join(root, 'sub'))).not.toContain('new.png')
    expect((await get(app, `/api/images/${image.id}`)).status).toBe(404)
    const again = await send(app, 'DELETE', `/api/images/${image.id}`)
    expect([again.status, await again.json()]).toEqual([200, { status: 'success' }])
  })

  it('refuses files that are no images or lead out of the gallery, and leaves nothing on disk', async () => {
    const { app, root } = await served({ 'limits.max_upload_bytes': 20_000, 'watcher.ignore': ['**/*.gif'] })
    const outside = await temporaryDirectory()
    await symlink(outside, join(root, 'link'))
    await mkdir(join(root, 'empty'))
    await mkdir(join(root, '.hidden'))
    await symlink(join(root, 'sub'), join(root, 'inner'))
    const before = (await readdir(root, { recursive: true })).sort()
    const good = await picture(5)
    const jpeg = await picture(5, 'jpeg')
    const attempt = async (bytes: Uint8Array, name: string, directory = '.') =>
      (await send(app, 'POST', '/api/images', form({ image: [bytes, name], directory }))).status
    expect(await attempt(Buffer.from('hello'), 'a.png')).toBe(400)
    expect(await attempt(jpeg.subarray(0, jpeg.length - 200), 'a.jpg')).toBe(400)
    expect(await attempt(Buffer.alloc(30_000), 'a.png')).toBe(413)
    for (const name of ['.hidden.png', 'a.txt', 'ignored.gif', '..', 'a\\b.png', `${'x'.repeat(252)}.png`]) {
      expect([name, await attempt(good, name)]).toEqual([name, 400])
    }
    for (const directory of ['..', '../..', '/etc', 'sub/../..', 'C:/x', 'link', 'inner', '.hidden']) {
      expect([directory, await attempt(good, 'a.png', directory)]).toEqual([directory, 400])
    }
    expect(await attempt(good, 'a.png', 'a\0b')).toBe(422)
    // Folders that were made for a file that can't be added are removed again.
    expect(await attempt(Buffer.from('hello'), 'a.png', 'no/such/folder')).toBe(400)
    expect((await readdir(root, { recursive: true })).sort()).toEqual(before)
    expect(await readdir(outside)).toEqual([])
  })

  it.skipIf(process.getuid?.() === 0)(
    'explains that the server may not write (skipped for root, who may write everywhere)',
    async () => {
      const { app, root } = await served()
      const [image] = (await getJson<ImagesJson>(app, '/api/images?directory=sub')).images
      await chmod(join(root, 'sub'), 0o555)
      const added = await send(
        app,
        'POST',
        '/api/images',
        form({ image: [await picture(99), 'new.png'], directory: 'sub' }),
      )
      const deleted = await send(app, 'DELETE', `/api/images/${image!.id}`)
      await chmod(join(root, 'sub'), 0o755)
      for (const answer of [added, deleted]) {
        expect(answer.status).toBe(403)
        expect(await answer.json()).toMatchObject({
          code: 'permission_denied',
          error: expect.stringContaining('may not write'),
        })
      }
      expect((await get(app, `/api/images/${image!.id}`)).status).toBe(200)
    },
  )

  it('refuses a request that is larger than any upload', async () => {
    const { app } = await served({ 'limits.max_upload_bytes': 20_000 })
    const response = await send(
      app,
      'POST',
      '/api/images',
      form({ image: [Buffer.alloc(3_000_000), 'a.png'] }),
    )
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ code: 'image_too_large' })
  })

  it('accepts large bodies only as a form with files', async () => {
    const { app } = unchanged()
    const search = { positive: [{ image_id: crypto.randomUUID() }], more: 'x'.repeat(1_100_000) }
    expect((await send(app, 'POST', '/api/images/search', search)).status).toBe(413)
    const other = await app.http.request('/api/images/search', {
      method: 'POST',
      body: JSON.stringify(search),
      headers: { 'content-type': 'multipart/form-data-x' },
    })
    expect(other.status).toBe(413)
    const before = process.cpuUsage()
    const urlencoded = await app.http.request('/api/images/similarity-search', {
      method: 'POST',
      body: 'a&'.repeat(1_000_000),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(urlencoded.status).toBe(413)
    const empty = await app.http.request('/api/index/reconcile', {
      method: 'POST',
      body: '',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '0' },
    })
    expect(empty.status).toBeLessThan(300)
    // Reading it would keep a processor busy for half a minute.
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(10)
  })

  it('refuses a sketch that cannot be stored unchanged', async () => {
    const { app } = unchanged()
    const sketch = '['.repeat(20_000) + ']'.repeat(20_000)
    const fields = { image: [await circleSketch(), 'q.png'] as [Uint8Array, string], kind: 'sketch', sketch }
    expect((await send(app, 'POST', '/api/queries', form(fields))).status).toBe(422)
  })

  it('refuses changes from pages of another origin', async () => {
    const { app } = unchanged()
    const id = (await getJson<ImagesJson>(app, '/api/images')).images[0]!.id
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'http://evil.test' },
      { origin: 'null' },
    ]) {
      expect(
        (await send(app, 'DELETE', `/api/images/${id}`, undefined, headers as Record<string, string>)).status,
      ).toBe(403)
    }
    expect((await get(app, `/api/images/${id}`)).status).toBe(200)
  })
})

describe('a server that listens on this machine only', () => {
  it('accepts its own host names and allowed ones', async () => {
    const { app } = await served({ allowed_hosts: ['pictures.test', 'https://Archive.test:8443/page'] })
    const status = async (host: string) => (await get(app, '/api/images', { host })).status
    const own = ['localhost:8000', '127.0.0.1', '[::1]:8000', 'LOCALHOST', 'pictures.test', 'archive.test']
    for (const host of own) expect([host, await status(host)]).toEqual([host, 200])
    expect([await status('evil.test:8000'), await status('localhost.evil.test')]).toEqual([403, 403])
  })
})

describe('the folder', () => {
  it('is a tree with counts', async () => {
    const { app, root } = await served()
    await mkdir(join(root, 'empty'))
    await app.sync.scan()
    expect(await getJson(app, '/api/fs/watched-directories')).toMatchObject({
      path: '.',
      parent: null,
      image_count: 6,
      children: [
        { path: 'empty', parent: '.', image_count: 0, children: [] },
        {
          path: 'sub',
          parent: '.',
          image_count: 3,
          children: [{ path: 'sub/deep', parent: 'sub', image_count: 3 }],
        },
      ],
    })
  })

  it('has its parts in the natural order of their names', async () => {
    const root = await temporaryDirectory()
    const names = ['Ärzte', 'alps', 'Trip 2', 'Trip 2/b', 'trip 10', 'Zoo']
    for (const name of names.toReversed()) await mkdir(join(root, name), { recursive: true })
    const app = await startApp(await configFor(root))
    await app.sync.scan()
    const { children } = await getJson<{ children: { path: string }[] }>(app, '/api/fs/watched-directories')
    expect(children.map(({ path }) => path)).toEqual(['alps', 'Ärzte', 'Trip 2', 'trip 10', 'Zoo'])
  })

  it('shows the state of the index and the failures, and retries them', async () => {
    const { app, root } = await served()
    await writeSettled(join(root, 'broken.png'), 'x')
    expect((await send(app, 'POST', '/api/index/reconcile')).status).toBe(200)
    await app.indexer.idle()
    expect(await getJson(app, '/api/index/status')).toMatchObject({
      indexed: COUNT,
      failed: 1,
      pending: 0,
      embedder: 'classical',
      dimensions: 468,
      watching: 'off',
      last_reconcile: expect.stringMatching(/Z$/),
    })
    expect(await getJson(app, '/api/index/failures')).toMatchObject({
      total: 1,
      failures: [{ path: 'broken.png', reason: expect.any(String) }],
    })
    await writeSettled(join(root, 'broken.png'), await picture(3))
    expect(await (await send(app, 'POST', '/api/index/failures/retry')).json()).toMatchObject({ retried: 1 })
    await app.indexer.idle()
    expect(await getJson(app, '/api/index/failures')).toMatchObject({ total: 0 })
  })

  it('sends events, and missed ones after a lost connection', async () => {
    const { app, root } = await served()
    const first = await get(app, '/api/fs/events')
    expect(first.headers.get('content-type')).toContain('text/event-stream')
    const stream = await readEventStream(first)
    await writeSettled(join(root, 'event.png'), await picture(70))
    await indexAll(app)
    const created = await stream.next('FileCreatedEvent')
    expect(created).toEqual({
      id: expect.any(String),
      name: 'FileCreatedEvent',
      data: { path: 'event.png', created_at: expect.stringMatching(/Z$/) },
    })
    await stream.next('ImagesIndexedEvent')
    await stream.close()

    const again = await readEventStream(await get(app, '/api/fs/events', { 'last-event-id': created.id! }))
    await again.next('ImagesIndexedEvent')
    expect(again.events.map(({ name }) => name)).not.toContain('FileCreatedEvent')
    await again.close()
  })
})

describe('an image behind a link', () => {
  it('is no duplicate of itself, and is deleted at its real path', async () => {
    const root = await temporaryDirectory()
    await writeSettled(join(root, 'album/a.png'), await picture(1))
    await writeSettled(join(root, 'copy.png'), await picture(1))
    await symlink('album', join(root, 'shown'))
    const app = await startApp(await configFor(root))
    await indexAll(app)
    const { groups } = (await (await app.http.request('/api/images/duplicates')).json()) as {
      groups: { images: { path: string }[] }[]
    }
    expect(groups.map(({ images }) => images.map(({ path }) => path).sort())).toEqual([
      ['album/a.png', 'copy.png'],
    ])
    const { id } = (await app.catalog.images.getByPath('shown/a.png'))!
    const refused = await app.http.request(`/api/images/${id}`, { method: 'DELETE' })
    expect(refused.status).toBe(409)
    expect(await refused.text()).toContain('album/a.png')
    expect((await stat(join(root, 'album/a.png'))).size).toBeGreaterThan(0)
  })
})

describe('health and documentation', () => {
  it('is reported', async () => {
    const { app } = await served()
    expect(await getJson(app, '/health')).toEqual({ status: 'ok' })
    expect(await getJson(app, '/health/')).toEqual({ status: 'ok' })
    expect((await get(app, '/ready')).status).toBe(200)
    await send(
      app,
      'POST',
      '/api/images/similarity-search',
      form({ image: [await circleSketch(), 'q'], top_k: '1' }),
    )
    const metrics = await (await get(app, '/metrics')).text()
    expect(metrics).toContain(`sketch_search_images_indexed ${COUNT}`)
    expect(metrics).toContain('method="POST",route="/api/images/similarity-search",status="200"')
    expect(metrics).toMatch(/sketch_search_search_duration_seconds_count{part="embed"} 1/)
  })

  it('is not ready while the embedder is started again', async () => {
    const app = await startApp(await configFor(await temporaryDirectory()), { openEmbedder })
    process.kill(app.embedder.processId!, 'SIGKILL')
    await eventually(async () => expect((await get(app, '/ready')).status).toBe(503))
    await eventually(async () => expect((await get(app, '/ready')).status).toBe(200))
    expect((await get(app, '/health')).status).toBe(200)
  })

  it('publishes OpenAPI 3.1 with every route and its role, and a page for it', async () => {
    const { app } = unchanged()
    const document = await getJson<{
      openapi: string
      paths: Record<string, Record<string, { 'x-role': string }>>
    }>(app, '/api/openapi.json')
    expect(document.openapi).toMatch(/^3\.1/)
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, { 'x-role': role }]) => `${method.toUpperCase()} ${path} ${role}`,
      ),
    )
    expect(routes).toEqual(
      expect.arrayContaining([
        'GET /api/images user',
        'POST /api/images editor',
        'DELETE /api/images/{image_id} editor',
        'POST /api/images/search user',
        'GET /api/fs/events user',
        'POST /api/index/reconcile admin',
        'GET /health public',
      ]),
    )
    expect(await getJson(app, '/openapi.json')).toEqual(document)
    for (const path of ['/api/docs', '/api/docs/', '/docs', '/docs/', '/redoc', '/redoc/']) {
      const page = await get(app, path)
      expect(page.status).toBe(200)
      const files = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(
        ([, file]) => new URL(file!, `http://localhost${path}`).pathname,
      )
      expect(files, path).toEqual(
        ['swagger-ui.css', 'swagger-ui-bundle.js', 'start.js'].map((file) => `/api/docs/${file}`),
      )
    }
    const page = await get(app, '/api/docs')
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*script-src 'self'/)
    expect(await page.text()).toContain('swagger-ui-bundle.js')
    expect((await get(app, '/api/docs/swagger-ui-bundle.js')).status).toBe(200)
    expect((await get(app, '/api/docs/package.json')).status).toBe(404)
  })

  it('answers unknown API routes with JSON and never leaks internal errors', async () => {
    const { app } = await served()
    const unknown = await get(app, '/api/nothing')
    expect([unknown.status, await unknown.json()]).toEqual([
      404,
      { detail: 'Not Found', error: 'Not Found', code: 'not_found' },
    ])
    const wrongMethod = await send(app, 'PATCH', '/api/images')
    expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST'])
    expect(await wrongMethod.json()).toMatchObject({
      detail: 'Method Not Allowed',
      code: 'method_not_allowed',
    })
    await app.catalog.close()
    const response = await get(app, '/api/images')
    expect(response.status).toBe(503)
    expect(await response.text()).not.toMatch(/catalog|sqlite|\/tmp/)
  })
})
