import { blankSheet, drawing, picture } from './gallery.ts'
import { UNKNOWN_ID } from './mask.ts'
import type { Body, FormFile, Player } from './player.ts'

const UNKNOWN_QUERY = '0123456789abcdef01234567'
const file = (name: string, bytes: Uint8Array): FormFile => ({ name, bytes })
const form = (fields: Record<string, string | FormFile>): Body => ({ form: fields })

/** Plays all kinds of searches, valid and invalid. */
export async function playSearching(player: Player, ids: Map<string, string>): Promise<void> {
  await playPicture(player.in('search by picture'))
  await playImage(player.in('search by image'), ids)
  await playExamples(player.in('search by examples'), ids)
  await playSavedQueries(player.in('queries'), ids)
}

async function playPicture(player: Player): Promise<void> {
  const search = (fields: Record<string, string | FormFile>) =>
    player.post('/api/images/similarity-search', form(fields))
  const photo = file('photo.png', await picture(7))
  const sketch = file('sketch.png', await drawing())
  for (const kind of ['image', 'sketch', 'auto']) {
    await search({ image: photo, kind, top_k: '3' })
    await search({ image: sketch, kind, top_k: '3' })
  }
  await search({ image: photo })
  await search({ image: photo, top_k: '5', query_json: '{"items_per_page": 2, "page": 2}' })
  await search({ image: photo, query_json: '{"directory": "sub", "recursive": true, "items_per_page": 100}' })
  await search({
    image: photo,
    query_json: '{"name_contains": "image-0", "modified_max": "2020-01-05", "page": null}',
  })
  await search({ image: photo, query_json: '' })
  for (const crop of ['0,0,0.5,0.5', '0.25,0.25,0.75,0.75', '', '0.9,0.9,0.5,0.5', '0,0,0,1', 'x', '0,0,1'])
    await search({ image: photo, kind: 'image', crop, top_k: '2' })
  const invalid: Record<string, string | FormFile>[] = [
    { image: file('blank.png', await blankSheet()), kind: 'sketch' },
    { image: file('text.png', Buffer.from('text')) },
    { image: file('empty.png', Buffer.alloc(0)) },
    { image: 'no file' },
    {},
    { image: photo, kind: 'other' },
    { image: photo, top_k: '0' },
    { image: photo, top_k: 'x' },
    { image: photo, query_json: '{' },
    { image: photo, query_json: '{"page": 0}' },
    { image: photo, query_json: '[]' },
  ]
  for (const fields of invalid) await search(fields)
  await player.post('/api/images/similarity-search')
  await player.post('/api/images/similarity-search', { json: { image: 'x' } })
  await player.post('/api/images/similarity-search', {
    type: 'application/x-www-form-urlencoded',
    text: 'a=b',
  })
  await player.post('/api/images/similarity-search', { type: 'multipart/form-data', text: 'no boundary' })
  await player.get('/api/images/similarity-search')
}

async function playImage(player: Player, ids: Map<string, string>): Promise<void> {
  const search = (json: unknown) => player.post('/api/images/search-by-image', { json })
  const id = ids.get('image-04.png')!
  await search({ image_id: id, top_k: 4, query: { items_per_page: 10 } })
  await search({ image_id: id })
  await search({ image_id: id.toUpperCase(), top_k: '2', query: null })
  await search({ image_id: id, query: { name_contains: 'no such name' } })
  await search({ image_id: id, query: { directory: '.', page: 2, items_per_page: 3 } })
  for (const invalid of [
    { image_id: UNKNOWN_ID },
    { image_id: 'x' },
    {},
    [],
    { image_id: id, top_k: -1 },
    { image_id: id, query: { page: 'x' } },
  ])
    await search(invalid)
  await player.post('/api/images/search-by-image', { type: 'application/json', text: '{' })
  await player.post('/api/images/search-by-image', { type: 'text/plain', text: '{}' })
}

async function playExamples(player: Player, ids: Map<string, string>): Promise<void> {
  const search = (json: unknown) => player.post('/api/images/search', { json })
  const [one, two, three] = ['image-01.png', 'image-05.png', 'formats/scan.tiff'].map(
    (path) => ids.get(path)!,
  )
  const query = { items_per_page: 100 }
  await search({ positive: [{ image_id: one }], top_k: 3 })
  await search({ positive: [{ image_id: one, crop: '0,0,1,1' }], top_k: 3 })
  await search({ positive: [{ image_id: one, crop: '0.1,0.1,0.5,0.5', kind: 'sketch' }], top_k: 3 })
  await search({ positive: [{ image_id: one, weight: 2 }, { image_id: three }], top_k: 4, query })
  await search({ positive: [{ image_id: one, weight: 2 }], negative: [{ image_id: two }], query })
  await search({ positive: [{ image_id: one }], negative: [{ image_id: two, crop: '0,0,0.5,0.5' }], query })
  const sent = (request: unknown, fields: Record<string, FormFile>) =>
    player.post('/api/images/search', form({ search_json: JSON.stringify(request), ...fields }))
  const photo = file('photo.png', await picture(8))
  await sent({ positive: [{ upload: 'mine', kind: 'image' }], top_k: 2 }, { mine: photo })
  await sent(
    { positive: [{ upload: 'mine' }, { image_id: one }], top_k: 3 },
    { mine: file('d.png', await drawing()) },
  )
  await sent(
    { positive: [{ image_id: one }], negative: [{ upload: 'not', kind: 'image' }], query },
    { not: photo },
  )
  await sent({ positive: [{ upload: 'other' }] }, { mine: photo })
  await sent({ positive: [{ upload: 'mine' }] }, { mine: file('x.png', Buffer.from('text')) })
  await sent({ positive: [{ upload: 'mine', kind: 'sketch' }] }, { mine: file('b.png', await blankSheet()) })
  const invalid: unknown[] = [
    {},
    { positive: [] },
    { positive: [{}] },
    { positive: [{ upload: 'none' }] },
    { positive: [{ image_id: UNKNOWN_ID }] },
    { positive: [{ image_id: UNKNOWN_ID, crop: '0,0,1,0.5' }] },
    { positive: [{ image_id: one }], negative: [{ image_id: UNKNOWN_ID }] },
    { positive: [{ query_id: UNKNOWN_QUERY }] },
    { positive: [{ query_id: 'x' }] },
    { positive: [{ image_id: one, weight: 0 }] },
    { positive: [{ image_id: one, crop: 'nonsense' }] },
    { positive: [{ image_id: one }], top_k: 0, query: { order_by: 'size' } },
    { more: 'x'.repeat(1_100_000), positive: [{ image_id: one }] },
  ]
  for (const json of invalid) await search(json)
  await player.post('/api/images/search', form({ search_json: '{' }))
  await player.post('/api/images/search', form({ other: 'x' }))
}

/** Queries that are saved under an address. */
async function playSavedQueries(player: Player, ids: Map<string, string>): Promise<void> {
  const save = (fields: Record<string, string | FormFile>) => player.post('/api/queries', form(fields))
  const sketch = file('sketch.png', await drawing())
  const first = await save({ image: sketch, kind: 'sketch', sketch: '{"strokes":[1,2]}' })
  const { id } = JSON.parse(first.body.toString()) as { id: string }
  await player.get(`/api/queries/${id}`)
  const shown = await player.get(`/api/queries/${id}/image`)
  await player.get(`/api/queries/${id}/image`, { 'if-none-match': shown.headers.etag! })
  await player.post('/api/images/search', { json: { positive: [{ query_id: id }], top_k: 3 } })
  const both = [{ query_id: id, crop: '0,0,0.5,1' }, { image_id: ids.get('image-03.png') }]
  await player.post('/api/images/search', { json: { positive: both, top_k: 3 } })
  await save({ image: file('photo.jpg', await picture(3)) })
  await save({ image: sketch, sketch: 'null' })
  await save({ image: sketch, kind: 'other' })
  await save({ image: sketch, sketch: '{' })
  await save({ image: sketch, sketch: `${'['.repeat(20_000)}${']'.repeat(20_000)}` })
  await save({ image: file('text.png', Buffer.from('no')) })
  await save({ sketch: '{}' })
  for (const unknown of [UNKNOWN_QUERY, 'x', '..%2f..%2fcatalog', `${UNKNOWN_QUERY}0`]) {
    await player.get(`/api/queries/${unknown}`)
    await player.get(`/api/queries/${unknown}/image`)
  }
}
