import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pino from 'pino'
import { createApp } from '../server/src/app/compose.ts'
import { listen } from '../server/src/http/listen.ts'
import { configOf } from './config.ts'
import { drawSketches } from './queries.ts'
import { median, ms, percentile, type Section, table } from './support.ts'

const WARM_UP = 3
const ROUNDS = 40
const PORT = 18_998
const UPLOAD = 'picture'
const SKETCH = 'plain sketch'

interface Ask {
  path: string
  parts: object[]
  upload?: Buffer
}

/** Searches by each kind of part, and heat maps, in turns: medians beside that of a plain sketch. */
export async function benchParts(gallery: string, dataDirectory: string): Promise<Section> {
  const app = await createApp(configOf(gallery, dataDirectory), { log: pino({ level: 'silent' }) })
  await app.sync.scan()
  await app.indexer.idle()
  const { images, total } = await app.catalog.images.list({
    filter: {},
    orderBy: 'name',
    descending: false,
    offset: 0,
    limit: ROUNDS + WARM_UP,
  })
  const server = await listen(app.http, '127.0.0.1', PORT)
  const sketches = await drawSketches(WARM_UP + ROUNDS)
  const times = new Map<string, number[]>()
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const image = images[round % images.length]!
    const photo = Buffer.concat([await readFile(join(gallery, image.path)), Buffer.from(`#${round}`)])
    for (const [name, ask] of Object.entries(asksOf(image.id, photo, sketches[round]!))) {
      const time = await timed(server.url, ask)
      if (round >= WARM_UP) times.set(name, [...(times.get(name) ?? []), time])
    }
  }
  await server.close()
  await app.close()
  const plain = median(times.get(SKETCH)!)
  const rows = [...times].map(([name, list]) => [
    name,
    ms(median(list)),
    ms(percentile(list, 0.95)),
    (median(list) / plain).toFixed(2),
  ])
  return {
    text: [
      `## Kinds of parts by HTTP, ${total} images, 100 results each, ${ROUNDS} times in turns\n`,
      table(['search by', 'median', 'p95', 'beside a plain sketch'], rows),
    ].join('\n'),
    ratios: {},
  }
}

function asksOf(id: string, photo: Buffer, sketch: Buffer): Record<string, Ask> {
  const search = '/api/images/search'
  const drawn = { kind: 'sketch', upload: UPLOAD }
  const palette = { kind: 'colours', colours: [{ hex: '#d02020', share: 2 }, { hex: '#3070d0' }] }
  const region = { kind: 'region', image_id: id, crop: [0.2, 0.2, 0.5, 0.5] }
  const match = `/api/images/${id}/match`
  return {
    [SKETCH]: { path: search, parts: [drawn], upload: sketch },
    'uploaded photo': { path: search, parts: [{ kind: 'image', upload: UPLOAD }], upload: photo },
    'image of the gallery': { path: search, parts: [{ kind: 'image_id', image_id: id }] },
    'region of an image': { path: search, parts: [region] },
    'word with one set of 3 vectors ("guitar")': { path: search, parts: [{ kind: 'text', text: 'guitar' }] },
    'word with 119 vectors ("dog")': { path: search, parts: [{ kind: 'text', text: 'dog' }] },
    'two words ("dog and guitar")': { path: search, parts: [{ kind: 'text', text: 'dog and guitar' }] },
    palette: { path: search, parts: [palette] },
    'colours of an image': { path: search, parts: [{ kind: 'colours', image_id: id }] },
    'sketch and its colours': {
      path: search,
      parts: [drawn, { kind: 'colours', upload: UPLOAD, weight: 0.5 }],
      upload: sketch,
    },
    'sketch, word, region and palette': {
      path: search,
      parts: [drawn, { kind: 'text', text: 'dog' }, region, { ...palette, weight: 0.5 }],
      upload: sketch,
    },
    'quick heat map of a sketch': { path: `${match}?detail=quick`, parts: [drawn], upload: sketch },
    'quick heat map of a word': { path: `${match}?detail=quick`, parts: [{ kind: 'text', text: 'dog' }] },
    'heat map of a sketch': { path: match, parts: [drawn], upload: sketch },
    'heat map of a word': { path: match, parts: [{ kind: 'text', text: 'dog' }] },
  }
}

async function timed(url: string, { path, parts, upload }: Ask): Promise<number> {
  const body = new FormData()
  body.set('search_json', JSON.stringify({ parts, top_k: 100, query: { items_per_page: 100 } }))
  if (upload !== undefined) body.set(UPLOAD, new Blob([upload as Uint8Array<ArrayBuffer>]), 'picture')
  const start = performance.now()
  const response = await fetch(`${url}${path}`, { method: 'POST', body })
  const answer = await response.text()
  if (!response.ok) throw new Error(`${path}: ${response.status} ${answer}`)
  return performance.now() - start
}
