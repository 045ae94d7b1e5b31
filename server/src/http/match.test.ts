import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { App } from '../app/compose.ts'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { circleSketch, writeSettled } from '../testing/pictures.ts'
import { type OnEnd, onceForAll, temporaryDirectory } from '../testing/temporary.ts'

const PHOTOS = join(import.meta.dirname, '../../../scripts/demo/photos')
const SCENE_SIDE = 600
const OBJECT_SIDE = 200
const FIXTURE = join(import.meta.dirname, '../embedding/kinds/javascript/fixtures/embedders.ts')
const CAPTIONS = { file: FIXTURE, class_name: 'Captions', args: [2], kwargs: { scale: 4 } }

/** A picture with another one pasted into it, `x` and `y` from the top left. */
async function pasted(scene: Buffer, object: Buffer, x: number, y: number): Promise<Buffer> {
  const small = await sharp(object).resize(OBJECT_SIDE, OBJECT_SIDE, { fit: 'fill' }).toBuffer()
  return sharp(scene)
    .resize(SCENE_SIDE, SCENE_SIDE, { fit: 'fill' })
    .composite([{ input: small, left: x, top: y }])
    .png()
    .toBuffer()
}

async function served(embedder: string, onEnd: OnEnd): Promise<App> {
  const root = await temporaryDirectory(onEnd)
  const scene = await readFile(join(PHOTOS, 'buildings/great-wall-of-china.jpg'))
  const object = await readFile(join(PHOTOS, 'animals/goldfish.jpg'))
  await writeSettled(join(root, 'scene.png'), scene, new Date())
  await writeSettled(join(root, 'object.png'), object, new Date())
  await writeSettled(join(root, 'left.png'), await pasted(scene, object, 0, 0), new Date())
  await writeSettled(join(root, 'right.png'), await pasted(scene, object, 400, 400), new Date())
  const embedders = embedder === 'captions' ? { captions: CAPTIONS } : {}
  const yaml = { embedder_registry: { chosen_embedder: embedder, embedders } }
  const app = await startApp(await configFor(root, yaml, onEnd), {}, onEnd)
  await indexAll(app)
  return app
}

const app = onceForAll((onEnd) => served('sketch-search-5', onEnd))
const otherModel = onceForAll((onEnd) => served('captions', onEnd))

interface MatchBody {
  scores: number[][]
  scale: { low: number; high: number }
  words: string[]
  parts: { kind: string; words?: string[]; scores: number[][] }[]
}

async function idOf(app: App, name: string): Promise<string> {
  return (await app.catalog.images.getByPath(name))!.id
}

async function match(app: App, name: string, body: object | FormData, parameters = '') {
  const response = await app.http.request(`/api/images/${await idOf(app, name)}/match${parameters}`, {
    method: 'POST',
    ...(body instanceof FormData
      ? { body }
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return { status: response.status, body: (await response.json()) as MatchBody }
}

/** The middle of the hottest place, in 0…1. */
function hottest(scores: number[][]): { x: number; y: number } {
  const best = Math.max(...scores.flat())
  const row = scores.findIndex((values) => values.includes(best))
  const column = scores[row]!.indexOf(best)
  return { x: (column + 0.5) / scores[row]!.length, y: (row + 0.5) / scores.length }
}

describe('where an image answers a search', () => {
  it('is hottest at the object, for a picture and for a region of another image', async () => {
    const running = await app()
    const [object, left] = [await idOf(running, 'object.png'), await idOf(running, 'left.png')]
    const side = OBJECT_SIDE / SCENE_SIDE
    for (const part of [
      { kind: 'image_id', image_id: object },
      { kind: 'region', image_id: left, crop: [0, 0, side, side] },
    ]) {
      const inLeft = hottest((await match(running, 'left.png', { parts: [part] })).body.scores)
      const inRight = hottest((await match(running, 'right.png', { parts: [part] })).body.scores)
      expect(Math.max(inLeft.x, inLeft.y), part.kind).toBeLessThan(side)
      expect(Math.min(inRight.x, inRight.y), part.kind).toBeGreaterThan(1 - side)
    }
  })

  it('has a coarse map that is quick', async () => {
    const running = await app()
    const parts = [{ kind: 'image_id', image_id: await idOf(running, 'object.png') }]
    const quick = await match(running, 'left.png', { parts }, '?detail=quick')
    const full = await match(running, 'left.png', { parts })
    const { x, y } = hottest(quick.body.scores)
    expect(Math.max(x, y)).toBeLessThan(1 / 2)
    expect(quick.body.scores).toHaveLength(full.body.scores.length)
    expect(quick.body.scores).not.toEqual(full.body.scores)
    expect(quick.body.scale).toEqual(full.body.scale)
    expect((await match(running, 'left.png', { parts }, '?detail=fine')).status).toBe(422)
  })

  it('has a map for each part, on a scale that is the same for all images', async () => {
    const running = await app()
    const parts = [
      { kind: 'text', text: 'Dogs' },
      { kind: 'image_id', image_id: await idOf(running, 'object.png') },
      { kind: 'colours', colours: [{ hex: '#d02020' }], weight: -0.5 },
    ]
    const answers = [
      await match(running, 'left.png', { parts }),
      await match(running, 'scene.png', { parts }),
    ]
    expect(answers[0]!.body.scale).toEqual(answers[1]!.body.scale)
    const { body } = answers[0]!
    expect(body.parts.map(({ kind, words }) => ({ kind, words }))).toEqual([
      { kind: 'text', words: ['dog'] },
      { kind: 'image' },
      { kind: 'colours' },
    ])
    expect(body.words).toBeInstanceOf(Array)
    for (const [row, values] of body.scores.entries())
      for (const [column, score] of values.entries()) {
        const [dog, image, colours] = body.parts.map(({ scores }) => scores[row]![column]!)
        expect(score).toBeCloseTo((dog! + image!) / 2 - 0.25 * colours!, 2)
      }
  })

  it('takes an uploaded sketch', async () => {
    const form = new FormData()
    form.set('search_json', JSON.stringify({ parts: [{ kind: 'sketch', upload: 'drawing' }] }))
    form.set('drawing', new Blob([new Uint8Array(await circleSketch())]), 'drawing.png')
    const { status, body } = await match(await app(), 'scene.png', form)
    expect(status).toBe(200)
    expect(body.parts).toMatchObject([{ kind: 'sketch' }])
    expect(body.scores).toHaveLength(24)
  })

  it('works with any embedder', async () => {
    const running = await otherModel()
    const parts = [{ kind: 'image_id', image_id: await idOf(running, 'object.png') }]
    const { status, body } = await match(running, 'left.png', { parts })
    expect(status).toBe(200)
    expect(body).toMatchObject({ scale: { low: 0, high: 1 }, words: [] })
  })

  it('refuses more words than it can compare in a short time, as searches do', async () => {
    const running = await app()
    const few = 'dog beast being canid device mammal'
    const texts = Array.from({ length: 4 }, () => ({ kind: 'text', text: few }))
    const search = (parts: object[]) =>
      running.http.request('/api/images/search', {
        method: 'POST',
        body: JSON.stringify({ parts }),
        headers: { 'content-type': 'application/json' },
      })
    const [most] = texts
    expect((await search([most!])).status).toBe(200)
    const refused = await search(texts)
    expect([refused.status, await refused.json()]).toEqual([
      400,
      expect.objectContaining({ error: 'A search can have at most 20 words.' }),
    ])
    expect((await match(running, 'scene.png', { parts: texts }, '?detail=quick')).status).toBe(400)
  })

  it('refuses an unknown image, and a search without a wanted part', async () => {
    const running = await app()
    const parts = [{ kind: 'text', text: 'dog', weight: -1 }]
    expect((await match(running, 'scene.png', { parts })).status).toBe(400)
    const unknown = await running.http.request(`/api/images/${crypto.randomUUID()}/match`, {
      method: 'POST',
      body: JSON.stringify({ parts: [{ kind: 'text', text: 'dog' }] }),
      headers: { 'content-type': 'application/json' },
    })
    expect(unknown.status).toBe(404)
  })
})
