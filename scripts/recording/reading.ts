import { UNKNOWN_ID } from './mask.ts'
import type { Player } from './player.ts'

const LISTS = [
  '',
  '?page=2&items_per_page=5&order_by=user_visible_name&direction=ascending',
  '?order_by=created_at&direction=ascending&items_per_page=4',
  '?name_contains=IMAGE-1',
  '?name_contains=%25',
  '?name_contains=%C3%A4',
  '?name_contains=&directory=&items_per_page=3',
  '?directory=sub',
  '?directory=sub&recursive=true',
  '?directory=.&recursive=0&items_per_page=4',
  '?directory=sub/',
  '?directory=album',
  '?directory=none',
  '?directory=../etc',
  '?modified_min=2020-01-11T12:00:00Z&modified_max=2020-01-14',
  '?modified_min=2020-01-11T13:00:00%2B01:00&modified_max=2020-01-11T12:00:00',
  '?created_min=2020-01-01&created_max=2020-01-03T00:00:00Z',
  '?page=1000',
]
const INVALID_LISTS = [
  'page=0',
  'page=x',
  'items_per_page=0',
  'items_per_page=1001',
  'order_by=size',
  'direction=up',
  'created_min=yesterday',
  'modified_max=2020-13-01',
  'name_contains=%00',
  'recursive=maybe',
  'page=0&order_by=size',
]
const RANGES: Record<string, string>[] = [
  { range: 'bytes=0-9' },
  { range: 'bytes=5-' },
  { range: 'bytes=-5' },
  { range: 'bytes=999999-' },
  { range: 'bytes=0-1,4-5' },
  { range: 'bytes=9-0' },
  { range: 'bytes=x' },
  { range: 'lines=0-1' },
  { range: 'bytes=0-1', 'if-range': '"old"' },
]

/** Reads all data of a gallery. @returns the id of each image by its path */
export async function playReading(player: Player): Promise<Map<string, string>> {
  const ids = await playLists(player.in('list'))
  await playImages(player.in('image'), ids)
  await playFiles(player.in('file'), ids)
  await playFolder(player.in('folder'))
  await playPages(player.in('pages'))
  return ids
}

async function playLists(player: Player): Promise<Map<string, string>> {
  const all = await player.get('/api/images?items_per_page=1000&order_by=user_visible_name')
  const { images } = JSON.parse(all.body.toString()) as { images: { id: string; path: string }[] }
  for (const query of LISTS) await player.get(`/api/images${query}`)
  await player.get('/api/images/')
  for (const query of INVALID_LISTS) await player.get(`/api/images?${query}`)
  await player.send('HEAD', '/api/images')
  await player.send('PUT', '/api/images')
  await player.send('OPTIONS', '/api/images')
  await player.get('/api/images', { 'accept-encoding': 'gzip' })
  return new Map(images.map(({ id, path }) => [path, id]))
}

async function playImages(player: Player, ids: Map<string, string>): Promise<void> {
  for (const path of [
    'image-02.png',
    'sub/deep/image-11.png',
    "näme, 'quoted' & 100%.png",
    'album/hard-link.png',
    'linked/inner.png',
  ])
    await player.get(`/api/images/${ids.get(path)}`)
  await player.get(`/api/images/${ids.get('image-02.png')!.toUpperCase()}`)
  for (const suffix of ['', '/', '/thumbnail', '/view', '/preview', '/other']) {
    await player.get(`/api/images/${UNKNOWN_ID}${suffix}`)
    await player.get(`/api/images/nonsense${suffix}`)
  }
  await player.send('PATCH', `/api/images/${UNKNOWN_ID}`)
}

/** The file, the thumbnail and the preview of images, whole, in part and if they have changed. */
async function playFiles(player: Player, ids: Map<string, string>): Promise<void> {
  const formats = [...ids.keys()].filter((path) => path.startsWith('formats/')).sort()
  for (const path of ['image-02.png', "näme, 'quoted' & 100%.png", ...formats])
    for (const kind of ['thumbnail', 'view', 'preview'])
      await player.get(`/api/images/${ids.get(path)}/${kind}?v=1`)
  const id = ids.get('formats/plain.bmp')!
  const view = `/api/images/${id}/view`
  for (const headers of RANGES) await player.get(view, headers)
  for (const kind of ['thumbnail', 'view', 'preview']) {
    const path = `/api/images/${id}/${kind}`
    const { etag = '' } = (await player.unrecorded('GET', path)).headers
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*', '"other"'])
      await player.get(path, { 'if-none-match': tag })
    await player.send('HEAD', path)
  }
  const { etag = '' } = (await player.unrecorded('GET', view)).headers
  await player.get(view, { range: 'bytes=0-1', 'if-range': etag })
  await player.send('HEAD', view, { headers: { range: 'bytes=0-9' } })
}

async function playFolder(player: Player): Promise<void> {
  await player.get('/api/fs/watched-directories')
  await player.get('/api/index/status')
  for (const query of ['', '?page=2&items_per_page=2', '?items_per_page=0'])
    await player.get(`/api/index/failures${query}`)
  for (const query of [
    '',
    '?threshold=0.999&items_per_page=1',
    '?threshold=1',
    '?threshold=0.4',
    '?threshold=x&page=0',
  ])
    await player.get(`/api/images/duplicates${query}`)
  await player.send('HEAD', '/api/fs/events')
}

/** Health, documentation and the files of the page. */
async function playPages(player: Player): Promise<void> {
  for (const path of [
    '/health',
    '/health/',
    '/ready',
    '/api/session',
    '/api/openapi.json',
    '/api/docs',
    '/api/docs/',
    '/api/docs/start.js',
    '/api/docs/swagger-ui.css',
    '/api/docs/swagger-ui-bundle.js',
    '/api/docs/package.json',
    '/api',
    '/api/nothing',
    '/api/users',
    '/',
    '/some/state?q=1',
    '/index.html',
    '/assets/none.js',
    '/favicon.ico',
    '/..%2f..%2fpackage.json',
  ])
    await player.get(path)
  await player.post('/health')
  await player.post('/api/session/logout')
  await player.post('/api/auth/otp/start', { json: { email: 'admin@example.org' } })
  await player.get('/', { 'accept-encoding': 'gzip' })
  for (const host of [
    'localhost:8000',
    '[::1]',
    'LOCALHOST',
    'pictures.test',
    'evil.test:8000',
    'localhost.evil.test',
  ])
    await player.get('/health', { host })
  await player.get('/api/images?items_per_page=1', { host: 'evil.test' })
}
