import { readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readEventStream } from '../event-stream.ts'
import { picture, writeSettled } from '../pictures.ts'
import { temporaryDirectory } from '../temporary.ts'
import type { Client, Reply } from './client.ts'

const NOBODY = '00000000-0000-0000-0000-000000000000'

export interface OpenWorld {
  client: Client
  gallery: string
}

/** Checks of a server without sign-in. */
export function openChecks(world: () => OpenWorld): void {
  const upload = async (name: string, n: number, more: Record<string, string> = { directory: '.' }) =>
    world().client.form('/api/images/', { ...more, image: [name, await picture(n)] })
  const similar = async (n: number, fields: Record<string, string>) =>
    world().client.form('/api/images/similarity-search/', { ...fields, image: ['q.png', await picture(n)] })

  it('has every answer with and without a slash at the end', async () => {
    const { client } = world()
    for (const path of [
      '/health',
      '/api/session',
      '/api/images',
      '/api/fs/watched-directories',
      '/openapi.json',
    ])
      expect([(await client.get(path)).status, (await client.get(`${path}/`)).status], path).toEqual([
        200, 200,
      ])
    expect((await client.send('POST', '/api/session/logout/')).body).toEqual({ state: 'anonymous' })
    for (const path of ['/docs', '/redoc'])
      expect((await client.get(path)).bytes.toString()).toContain('swagger')
  })

  it('answers what it does not have with 404 or 405, and pages of other origins with 403', async () => {
    const { client } = world()
    expect(await client.get('/api/nothing')).toMatchObject({ status: 404, body: { detail: 'Not Found' } })
    expect(await client.get('/api/users')).toMatchObject({ status: 404 })
    expect(await client.send('PATCH', '/api/images')).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD, POST' },
      body: { detail: 'Method Not Allowed', error: expect.any(String), code: 'method_not_allowed' },
    })
    const from = (headers: Record<string, string>) =>
      client.send('POST', '/api/images/search-by-image/', '{', headers)
    expect((await from({ origin: 'http://evil.example' })).status).toBe(403)
    expect((await from({ origin: 'http://localhost:8080', host: 'localhost' })).status).toBe(422)
  })

  it('stores an upload in a folder that it makes, once, and never loses a file', async () => {
    const { client, gallery } = world()
    const first = await upload('deep/x/a.png', 1, { directory: 'new' })
    expect(first).toMatchObject({
      status: 200,
      body: { status: 'success', image: { path: 'new/deep/x/a.png' } },
    })
    const again = await upload('a.png', 1, { directory: 'new/deep/x' })
    expect(again.body.image.id).toBe(first.body.image.id)
    const other = await upload('a.png', 2, { directory: 'new/deep/x/' })
    expect(other.body.image.user_visible_name).toBe('a (2).png')
    expect((await upload('a.png', 2, { directory: 'new/deep/x' })).body.image.id).toBe(other.body.image.id)
    expect(await upload('a.png', 3, { directory: 'new/deep/x', on_conflict: 'refuse' })).toMatchObject({
      status: 409,
      body: { status: 'error', code: 'image_exists' },
    })
    expect((await readdir(join(gallery, 'new/deep/x'))).sort()).toEqual(['a (2).png', 'a.png'])
    expect(await readFile(join(gallery, 'new/deep/x/a.png'))).toEqual(await picture(1))
    const view = await client.get(`/api/images/${first.body.image.id}/view`)
    expect(view.bytes).toEqual(await picture(1))
  })

  it('refuses an upload with the reason where each client looks for it', async () => {
    const { client } = world()
    expect(await client.form('/api/images', { image: ['a.png', Buffer.alloc(0)] })).toMatchObject({
      status: 400,
      body: { status: 'error', message: 'Empty file.', error: 'Empty file.', detail: 'Empty file.' },
    })
    const unnamed = await client.form('/api/images', { image: ['', await picture(1)] })
    expect(unnamed).toMatchObject({ status: 400, body: { message: 'Filename is required.' } })
    for (const name of ['../evil.png', '/tmp/evil.png', 'a/../../b.png', '.hidden.png', 'text.txt'])
      expect([name, (await upload(name, 1)).status]).toEqual([name, 400])
    expect(invalid(await client.form('/api/images/', { directory: '.' }))).toEqual(['missing body.image'])
    expect(invalid(await client.json('POST', '/api/images/', {}))).toEqual(['missing body.image'])
  })

  it('takes numbers, times and ids in every notation', async () => {
    const { client } = world()
    await upload('notation.png', 4)
    const total = async (query: string) => (await client.get(`/api/images?${query}`)).body.total
    const all = await total('')
    for (const time of [
      '2019-01-01',
      '2019-01-01t00:00:00z',
      '2019-01-01%2000:00',
      '1546300800',
      '1546300800000.5',
    ])
      expect([time, await total(`created_min=${time}`)]).toEqual([time, all])
    expect(await total('modified_max=2019-01-01T00:00:00%2B0100')).toBe(0)
    expect((await client.get('/api/images?page=1&page=999&items_per_page=2.0')).body.images).toEqual([])
    expect((await client.get('/api/images?items_per_page=0')).body).toEqual({ images: [], total: all })
    expect(await total('directory=..')).toBe(0)
    expect(await total('name_contains=%25')).toBe(0)
    const image = (await client.get('/api/images?name_contains=notation')).body.images[0]!
    for (const id of [image.id.toUpperCase(), image.id.replaceAll('-', ''), `urn:uuid:${image.id}`]) {
      const found = await client.send(
        'POST',
        '/api/images/search-by-image',
        JSON.stringify({ image_id: id, top_k: '1.0', query: { page: true } }),
      )
      expect(found.body.images.map(({ id }) => id)).toEqual([image.id])
    }
  })

  it('names every problem with its place', async () => {
    const { client } = world()
    const list = await client.get(
      '/api/images?page=0&items_per_page=x&order_by=size&created_min=abc&recursive=2',
    )
    expect(invalid(list)).toEqual([
      'greater_than_equal query.page',
      'int_parsing query.items_per_page',
      'literal_error query.order_by',
      'datetime_from_date_parsing query.created_min',
      'bool_parsing query.recursive',
    ])
    const search = (body: string) => client.send('POST', '/api/images/search-by-image', body)
    expect(invalid(await search('{bad'))).toEqual(['json_invalid body.1'])
    expect(invalid(await search(`${'['.repeat(200)}${']'.repeat(200)}`))).toEqual(['json_invalid body.0'])
    expect(invalid(await search('[]'))).toEqual(['model_attributes_type body'])
    expect(invalid(await search('{"image_id": 1, "top_k": 2.5, "query": {"page": "x"}}'))).toEqual([
      'uuid_type body.image_id',
      'int_from_float body.top_k',
      'int_parsing body.query.page',
    ])
    expect(invalid(await client.get('/api/images/x/view'))).toEqual(['uuid_parsing path.image_id'])
    const long = await client.get(`/api/images?page=${'x'.repeat(5000)}`)
    expect(long.body.detail[0]!.input).toBe('x'.repeat(200))
  })

  it('searches by a picture, and cuts the nearest into pages', async () => {
    for (let n = 10; n < 14; n++) await upload(`search-${n}.png`, n)
    const found = await similar(12, { top_k: '3', query_json: '{"items_per_page": "2", "directory": null}' })
    expect(found.body).toMatchObject({ total: 3, images: [{ user_visible_name: 'search-12.png' }, {}] })
    const last = await similar(12, { top_k: '3', query_json: '{"items_per_page": 2, "page": 2}' })
    expect(last.body.images).toHaveLength(1)
    expect((await similar(12, { top_k: '0' })).body).toEqual({ images: [], total: 0 })
    expect((await similar(12, { top_k: '10000000' })).status).toBe(200)
    expect(invalid(await similar(12, { top_k: '-1', query_json: 'null' }))).toEqual([
      'greater_than_equal body.top_k',
    ])
    expect(invalid(await similar(12, { top_k: '1', query_json: '{' }))).toEqual([
      'json_invalid body.query_json',
    ])
  })

  it('publishes uploads and moves, and what is still to be indexed down to 0', async () => {
    const { client, gallery } = world()
    const stream = await readEventStream(await fetch(`${client.url}/api/fs/events`))
    const nothingLeft = () => stream.next('ImagesIndexedEvent', ({ to_index }) => to_index === 0)
    await upload('published.png', 20)
    await stream.next('FileCreatedEvent', ({ path }) => path === 'published.png')
    await nothingLeft()
    // Complete from the beginning: a file that is renamed before it is indexed is a new one.
    const outside = join(await temporaryDirectory(), 'watched.png')
    await writeSettled(outside, await picture(21))
    await rename(outside, join(gallery, 'watched.png'))
    await stream.next('FileCreatedEvent', ({ path }) => path === 'watched.png')
    await nothingLeft()
    await rename(join(gallery, 'watched.png'), join(gallery, 'moved.png'))
    await stream.next('FileMovedEvent', ({ new_path }) => new_path === 'moved.png')
    await nothingLeft()
    await stream.close()
  })

  it('deletes the file of an image, and an image that is not there without complaint', async () => {
    const { client, gallery } = world()
    const { image } = (await upload('deleted.png', 30)).body
    for (const id of [image.id, image.id, NOBODY])
      expect((await client.send('DELETE', `/api/images/${id}/`)).body).toEqual({ status: 'success' })
    expect(await readdir(gallery)).not.toContain('deleted.png')
  })
}

/** @returns `type loc` of each problem */
export function invalid({ status, body }: Reply): string[] {
  expect([status, body]).toMatchObject([422, { error: expect.any(String), code: 'invalid_request' }])
  return body.detail.map(({ type, loc }) => `${type} ${loc.join('.')}`)
}
