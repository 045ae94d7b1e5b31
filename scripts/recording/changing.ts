import { renameSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type EventReader, openEvents, waitFor } from './client.ts'
import { picture, writeDated } from './gallery.ts'
import { type Mask, UNKNOWN_ID } from './mask.ts'
import type { Player } from './player.ts'

export interface Place {
  url: string
  root: string
  mask: Mask
  player: Player
}

/** A day of the year 2020 after those of the gallery. */
const LATER = 200

/** Adds, changes, moves and deletes images by requests and on the disk, and records the events. */
export async function playChanging(place: Place): Promise<void> {
  await playUploads(place.player.in('add'), place.mask)
  await playDeletions(place)
  await playEvents(place)
  await playReconciling(place)
}

async function playUploads(player: Player, mask: Mask): Promise<void> {
  const add = (name: string, bytes: Uint8Array, directory?: string, headers: Record<string, string> = {}) =>
    player.post(
      '/api/images',
      { form: { image: { name, bytes }, ...(directory !== undefined && { directory }) } },
      headers,
    )
  const good = await picture(99)
  mask.nameContent(good, 'new.png')
  // The times of an added file are those of the upload.
  await add('new.png', good, 'sub')
  await add('new.png', await picture(98), 'sub')
  await add('copy-of-new.png', good)
  await add('text.png', Buffer.from('hello'))
  await add('cut.png', good.subarray(0, 900))
  await add('large.png', Buffer.alloc(200_000))
  await add('larger.png', Buffer.alloc(2_000_000))
  for (const name of [
    '.hidden.png',
    'a.txt',
    'ignored.ignored.png',
    '..',
    'a\\b.png',
    `${'x'.repeat(252)}.png`,
  ])
    await add(name, good)
  for (const directory of [
    '..',
    '/etc',
    'a\0b',
    'sub/../..',
    'C:/x',
    'album',
    '.hidden',
    'no/such/folder',
    'notes.txt',
  ])
    await add('a.png', good, directory)
  await player.post('/api/images', { form: { image: 'no file' } })
  await player.post('/api/images', { json: {} })
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { origin: 'http://evil.test' },
    { origin: 'null' },
  ] as Record<string, string>[])
    await add('b.png', good, '.', headers)
}

async function playDeletions({ player: main, root }: Place): Promise<void> {
  const player = main.in('delete')
  const id = (path: string) => idOf(player, path)
  await player.send('DELETE', `/api/images/${await id('album/inner.png')}`)
  const added = await id('sub/new.png')
  await player.send('DELETE', `/api/images/${added}`, { headers: { 'sec-fetch-site': 'cross-site' } })
  await player.send('DELETE', `/api/images/${added}`, { headers: { 'sec-fetch-site': 'same-origin' } })
  await player.send('DELETE', `/api/images/${added}`)
  await player.send('DELETE', `/api/images/${UNKNOWN_ID}`)
  await player.send('DELETE', '/api/images/x')
  await player.send('DELETE', `/api/images/${await id('copy-of-new.png')}`)
  // An image that was deleted on the disk, which may not have been noticed yet, gets the same response.
  const deleted = await id('sub/image-08.png')
  unlinkSync(join(root, 'sub/image-08.png'))
  await player.get(`/api/images/${deleted}/view`)
  await waitFor(
    async () => (await player.unrecorded('GET', `/api/images/${deleted}`)).status === 404,
    () => 'a deleted file is still indexed',
  )
  await waitUntilIdle(player)
}

async function playEvents({ player: main, root, url }: Place): Promise<void> {
  const player = main.in('events')
  const events = await openEvents(url, {})
  const { status, headers } = events
  player.write('GET /api/fs/events', {
    status,
    type: headers['content-type'],
    buffering: headers['x-accel-buffering'],
  })
  const steps: [string, () => Promise<void> | void, RegExp][] = [
    ['a new file', async () => writeDated(root, 'event.png', await picture(70), LATER), /ImagesIndexed/],
    ['other bytes', async () => writeDated(root, 'event.png', await picture(71), LATER + 1), /ImagesIndexed/],
    ['a new name', () => renameSync(join(root, 'event.png'), join(root, 'sub/moved.png')), /FileMoved/],
    ['no image', () => writeDated(root, 'sub/bad.png', Buffer.from('text'), LATER + 2), /FileFailed/],
    ['a deleted file', () => unlinkSync(join(root, 'sub/moved.png')), /FileDeleted/],
  ]
  for (const [what, act, expected] of steps) {
    await act()
    await recordEvents(player, events, what, expected)
  }
  events.close()
  const again = await openEvents(url, { 'last-event-id': events.idOf('FileCreatedEvent') })
  player.write('what was missed', fileEventsOf(await again.until(/FileDeleted/)))
  again.close()
}

async function recordEvents(
  player: Player,
  events: EventReader,
  what: string,
  expected: RegExp,
): Promise<void> {
  const all = await events.until(expected)
  await waitUntilIdle(player)
  player.write(what, fileEventsOf(all))
}

/** Returns the events on files, each once; the number of progress events varies. */
function fileEventsOf(events: string[]): string[] {
  return [...new Set(events.filter((event) => !event.startsWith('IndexProgress')))].sort()
}

async function playReconciling({ player: main, root }: Place): Promise<void> {
  const player = main.in('reconcile')
  await player.post('/api/index/reconcile')
  await player.post('/api/index/reconcile?accept_missing=true')
  await player.post('/api/index/reconcile?accept_missing=perhaps')
  await player.post('/api/index/reconcile', undefined, {
    'content-type': 'application/x-www-form-urlencoded',
  })
  await player.get('/api/index/reconcile')
  await player.post('/api/index/failures/retry')
  await waitUntilIdle(player)
  await player.get('/api/index/failures')
  const away = `${root}-away`
  renameSync(root, away)
  await player.post('/api/index/reconcile')
  await player.get('/api/index/status')
  await player.get(`/api/images/${await idOf(player, 'image-02.png')}/view`)
  await player.post('/api/images', { form: { image: { name: 'c.png', bytes: await picture(50) } } })
  renameSync(away, root)
  await player.post('/api/index/reconcile')
  await waitUntilIdle(player)
  await player.get('/api/index/status')
  await player.get('/metrics')
}

async function idOf(player: Player, path: string): Promise<string> {
  const list = await player.unrecorded('GET', '/api/images?items_per_page=1000')
  const { images } = JSON.parse(list.body.toString()) as { images: { id: string; path: string }[] }
  return images.find((image) => image.path === path)!.id
}

/** Waits until nothing is left to index, twice in a row, as changes on the disk take a moment to be noticed. */
export async function waitUntilIdle(player: Player): Promise<void> {
  let calm = 0
  await waitFor(
    async () => {
      const answer = await player.unrecorded('GET', '/api/index/status')
      const { pending, to_embed: unembedded, last_reconcile: scanned } = JSON.parse(answer.body.toString())
      calm = pending === 0 && unembedded === 0 && scanned !== null ? calm + 1 : 0
      return calm > 20
    },
    () => 'the index did not come to rest',
    60_000,
  )
}
