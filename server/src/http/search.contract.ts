import { readFileSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { App } from '../app/compose.ts'
import { configFor, type DatabaseKeys, indexAll, startApp } from '../testing/app.ts'
import { circleSketch, picture, writeSettled } from '../testing/pictures.ts'
import { type OnEnd, onceForAll, temporaryDirectory } from '../testing/temporary.ts'
import type { ImagesJson } from './schemas.ts'

const COUNT = 8

const FIXTURE = join(import.meta.dirname, '../embedding/kinds/javascript/fixtures/embedders.ts')
const CAPTIONS = { file: FIXTURE, class_name: 'Captions', args: [2], kwargs: { scale: 4 } }

export async function served(
  embedder: string,
  database: DatabaseKeys,
  onEnd: OnEnd,
  fill = addPictures,
): Promise<App> {
  const root = await temporaryDirectory(onEnd)
  await fill(root)
  const embedders = embedder === 'captions' ? { captions: CAPTIONS } : {}
  const yaml = { embedder_registry: { chosen_embedder: embedder, embedders } }
  const app = await startApp(await configFor(root, { ...yaml, ...(await database()) }, onEnd), {}, onEnd)
  await app.join()
  await indexAll(app)
  return app
}

async function addPictures(root: string): Promise<void> {
  for (let n = 0; n < COUNT; n++)
    await writeSettled(join(root, `image-${n}.png`), await picture(n), new Date())
}

/** Photos of things that have little in common. */
async function addPhotos(root: string): Promise<void> {
  const photos = fileURLToPath(new URL('../../../scripts/demo/photos/objects', import.meta.url))
  await cp(photos, root, { recursive: true })
}

async function post(app: App, body: object | FormData): Promise<{ status: number; body: ImagesJson }> {
  const response = await app.http.request('/api/images/search', {
    method: 'POST',
    ...(body instanceof FormData
      ? { body }
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return { status: response.status, body: (await response.json()) as ImagesJson }
}

async function idOf(app: App, name: string): Promise<string> {
  return (await app.catalog.images.getByPath(name))!.id
}

/** The score from which matches of sketches are close in general, with the default model. */
const SKETCH_BOUNDARY: number = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../models/sketch-search-5/vocabulary.json'), 'utf8'),
).scores.close.sketch

const CALIBRATED = { top_k: COUNT, query: { items_per_page: COUNT } }

/** Tests of searches by parts over HTTP, for every database. */
export function describeParts(name: string, database: DatabaseKeys): void {
  describe(name, () => {
    const withWords = onceForAll((onEnd) => served('sketch-search-5', database, onEnd))
    const withPhotos = onceForAll((onEnd) => served('sketch-search-5', database, onEnd, addPhotos))
    const withAnyText = onceForAll((onEnd) => served('captions', database, onEnd))
    const withoutWords = onceForAll((onEnd) => served('classical', database, onEnd))

    it('combines words with other parts, and gives the score of each part', async () => {
      const app = await withWords()
      const parts = [
        { kind: 'text', text: 'Dogs', weight: 0.5 },
        { kind: 'image_id', image_id: await idOf(app, 'image-3.png') },
        { kind: 'text', text: 'guitar', weight: -0.5 },
      ]
      const { status, body } = await post(app, { parts, ...CALIBRATED })
      expect(status).toBe(200)
      expect(body.parts).toEqual([
        { kind: 'text', words: ['dog'] },
        { kind: 'image' },
        { kind: 'text', words: ['guitar'] },
      ])
      expect(body.images).toHaveLength(COUNT)
      for (const { score, scores } of body.images) {
        const [dog, image, guitar] = scores!
        expect(score).toBeCloseTo((0.5 * dog! + image!) / 1.5 - 0.25 * guitar!, 3)
      }
      const scores = body.images.map(({ score }) => score!)
      expect(scores).toEqual(scores.toSorted((a, b) => b - a))
      const own = body.images.find(({ user_visible_name: name }) => name === 'image-3.png')
      expect(own!.scores![1]).toBeCloseTo(1, 3)
    })

    it('gives the score of a part without weight, which does not count', async () => {
      const app = await withWords()
      const image = { kind: 'image_id', image_id: await idOf(app, 'image-3.png') }
      const dog = { kind: 'text', text: 'dog', weight: 0 }
      const { body } = await post(app, { parts: [dog, image], ...CALIBRATED })
      expect(body.parts).toEqual([{ kind: 'text', words: ['dog'] }, { kind: 'image' }])
      const alone = await post(app, { parts: [image], ...CALIBRATED })
      const scoreOf = ({ id, score }: ImagesJson['images'][number]) => [id, score]
      expect(body.images.map(scoreOf)).toEqual(alone.body.images.map(scoreOf))
      expect(body.close).toEqual(alone.body.close)
      for (const { score, scores } of body.images)
        expect(scores).toEqual([expect.any(Number), expect.closeTo(score!, 3)])
    })

    it('orders the results of one word, or several, by score', async () => {
      const app = await withWords()
      for (const text of ['dog', 'strawberry', 'dog and guitar']) {
        const { body } = await post(app, { parts: [{ kind: 'text', text }], ...CALIBRATED })
        expect(body.images).toHaveLength(COUNT)
        for (const { score, scores } of body.images) expect(scores![0]).toBeCloseTo(score!, 3)
      }
    })

    it('finds colours of a palette and of a picture, alone and with other parts', async () => {
      const app = await withWords()
      const id = await idOf(app, 'image-4.png')
      const { body } = await post(app, { parts: [{ kind: 'colours', image_id: id }], ...CALIBRATED })
      expect(body.images[0]).toMatchObject({ id, score: expect.closeTo(0.46, 2) })
      const palette = [
        { hex: '#d02020', share: 2 },
        { hex: '3070d0', place: [0, 0, 1, 0.3] },
      ]
      const parts = [
        { kind: 'colours', colours: palette, weight: 0.5 },
        { kind: 'image_id', image_id: id },
      ]
      const mixed = await post(app, { parts, ...CALIBRATED })
      expect(mixed.body.parts).toEqual([{ kind: 'colours' }, { kind: 'image' }])
      for (const { score, scores } of mixed.body.images)
        expect(score).toBeCloseTo((0.5 * scores![0]! + scores![1]!) / 1.5, 3)
      const wrong = [{ kind: 'colours', colours: [{ hex: 'red' }] }]
      expect((await post(app, { parts: wrong })).status).toBe(422)
    })

    it('never changes the score of a shape by colours', async () => {
      const app = await withWords()
      const drawing = (ink: string) =>
        sharp(
          Buffer.from(
            `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><rect width="256" height="256" fill="#fff"/><circle cx="128" cy="128" r="80" fill="none" stroke="${ink}" stroke-width="7"/></svg>`,
          ),
        )
          .png()
          .toBuffer()
      const shapesBy = async (ink: string, others: object[]) => {
        const form = new FormData()
        const parts = [{ kind: 'sketch', upload: 'drawing' }, ...others]
        form.set('search_json', JSON.stringify({ parts, ...CALIBRATED }))
        form.set('drawing', new Blob([(await drawing(ink)) as Uint8Array<ArrayBuffer>]), 'drawing.png')
        const { body } = await post(app, form)
        return Object.fromEntries(body.images.map(({ path, scores }) => [path, scores![0]!]))
      }
      const plain = await shapesBy('#000000', [])
      const coloured = await shapesBy('#d02020', [{ kind: 'colours', upload: 'drawing', weight: 0.7 }])
      expect(Object.keys(coloured).sort()).toEqual(Object.keys(plain).sort())
      for (const [path, score] of Object.entries(plain)) expect(coloured[path]).toBeCloseTo(score, 2)
    })

    it('finds the image of a region among the first, by its score', async () => {
      const app = await withWords()
      const id = await idOf(app, 'image-2.png')
      const region = { kind: 'region', image_id: id, crop: [0.5, 0.5, 0.4, 0.4] }
      const { body } = await post(app, { parts: [region], ...CALIBRATED })
      const rank = body.images.findIndex((image) => image.id === id)
      const alone = await post(app, { positive: [{ image_id: id, crop: '0.5,0.5,0.4,0.4' }], ...CALIBRATED })
      expect(rank).toBeLessThanOrEqual(alone.body.images.findIndex((image) => image.id === id))
      const scores = body.images.map(({ score }) => score!)
      expect(scores).toEqual(scores.toSorted((a, b) => b - a))
    })

    it('treats a region of an uploaded file of the gallery as a region of that image', async () => {
      const app = await withWords()
      const searchBy = async (bytes: Uint8Array, part: object) => {
        const form = new FormData()
        const parts = [{ kind: 'region', crop: [0.25, 0.25, 0.5, 0.5], ...part }]
        form.set('search_json', JSON.stringify({ parts, ...CALIBRATED }))
        form.set('given', new Blob([bytes as Uint8Array<ArrayBuffer>]), 'given.png')
        const { body } = await post(app, form)
        return body.images.map(({ id, score }) => [id, score])
      }
      const uploaded = await searchBy(await picture(2), { upload: 'given' })
      expect(uploaded).toEqual(await searchBy(await picture(2), { image_id: await idOf(app, 'image-2.png') }))
      const unknown = await searchBy(await picture(2, 'webp'), { upload: 'given' })
      expect(unknown).not.toEqual(uploaded)
    })

    it('counts close matches over all pages', async () => {
      const app = await withWords()
      const parts = [{ kind: 'image_id', image_id: await idOf(app, 'image-1.png') }]
      const { body } = await post(app, { parts, ...CALIBRATED })
      const { score, total } = body.close!
      expect(total).toBe(body.images.filter((image) => image.score! >= score).length)
      expect(total).toBeGreaterThan(0)
      const page = { top_k: COUNT, query: { items_per_page: 1, page: 2 } }
      expect((await post(app, { parts, ...page })).body.close).toEqual(body.close)
    })

    it('raises the boundary of close matches for a sketch that unlike images were added to, on all pages and with any filter', async () => {
      const app = await withPhotos()
      const search = async (request: object) => {
        const form = new FormData()
        form.set(
          'search_json',
          JSON.stringify({ parts: [{ kind: 'sketch', upload: 'drawing' }], ...request }),
        )
        form.set('drawing', new Blob([(await circleSketch()) as Uint8Array<ArrayBuffer>]), 'drawing.png')
        return (await post(app, form)).body
      }
      const { close, images } = await search(CALIBRATED)
      expect(close!.score).toBeGreaterThan(SKETCH_BOUNDARY)
      expect(close!.total).toBe(images.filter(({ score }) => score! >= close!.score).length)
      expect(images.filter(({ score }) => score! >= SKETCH_BOUNDARY).length).toBeGreaterThan(close!.total)
      const page = await search({ ...CALIBRATED, query: { items_per_page: 1, page: 2 } })
      expect(page.close).toEqual(close)
      const filtered = await search({ ...CALIBRATED, query: { name_contains: 'pan' } })
      expect(filtered.images.length).toBeGreaterThan(0)
      expect(filtered.images.length).toBeLessThan(images.length)
      expect(filtered.close!.score).toBe(close!.score)
    })

    it('accepts uploads by multipart, and a region of an image', async () => {
      const app = await withWords()
      const form = new FormData()
      const parts = [
        { kind: 'sketch', upload: 'drawing' },
        {
          kind: 'region',
          image_id: await idOf(app, 'image-2.png'),
          crop: [0.25, 0.25, 0.5, 0.5],
          weight: 0.5,
        },
      ]
      form.set('search_json', JSON.stringify({ parts, ...CALIBRATED }))
      form.set('drawing', new Blob([(await circleSketch()) as Uint8Array<ArrayBuffer>]), 'drawing.png')
      const { status, body } = await post(app, form)
      expect(status).toBe(200)
      expect(body.parts).toEqual([{ kind: 'sketch' }, { kind: 'image' }])
      expect(body.images.every(({ scores }) => scores?.length === 2)).toBe(true)
    })

    it('treats a picture of kind auto as a sketch if it looks like one, also beside other parts', async () => {
      const app = await withWords()
      const search = async (kind: string, bytes: Uint8Array) => {
        const form = new FormData()
        const parts = [
          { kind, upload: 'given' },
          { kind: 'text', text: 'dog', weight: 0.5 },
        ]
        form.set('search_json', JSON.stringify({ parts, ...CALIBRATED }))
        form.set('given', new Blob([bytes as Uint8Array<ArrayBuffer>]), 'given.png')
        const { body } = await post(app, form)
        return { kinds: body.parts?.map((part) => part.kind), images: body.images }
      }
      const drawing = await circleSketch()
      const found = await search('auto', drawing)
      expect(found.kinds).toEqual(['sketch', 'text'])
      expect(found).toEqual(await search('sketch', drawing))
      expect((await search('auto', await picture(2))).kinds).toEqual(['image', 'text'])
    })

    it('expands a sketch by the nearest images, regardless of filters, unless it is combined with images or words', async () => {
      const app = await withWords()
      const search = async (filter: object, ...more: object[]) => {
        const form = new FormData()
        const parts = [{ kind: 'sketch', upload: 'drawing' }, ...more]
        form.set(
          'search_json',
          JSON.stringify({ parts, top_k: COUNT, query: { items_per_page: COUNT, ...filter } }),
        )
        form.set('drawing', new Blob([(await circleSketch()) as Uint8Array<ArrayBuffer>]), 'drawing.png')
        const { body } = await post(app, form)
        return new Map(body.images.map((image) => [image.user_visible_name, image.scores![0]!]))
      }
      const id = await idOf(app, 'image-5.png')
      const alone = await search({})
      const plain = await search({}, { kind: 'image_id', image_id: id })
      const withWord = await search({}, { kind: 'text', text: 'dog' })
      expect(withWord).toEqual(plain)
      const withoutImage = await search({}, { kind: 'image_id', image_id: id, weight: -1 })
      expect(Math.max(...alone.values())).toBeGreaterThan(Math.max(...plain.values()) + 0.1)
      expect(withoutImage.get('image-1.png')).toBeCloseTo(alone.get('image-1.png')!, 4)
      const filtered = await search({ name_contains: 'image-1' })
      expect([...filtered]).toEqual([['image-1.png', expect.closeTo(alone.get('image-1.png')!, 4)]])
    })

    it('answers a single part like the other routes', async () => {
      const app = await withWords()
      const id = await idOf(app, 'image-5.png')
      const { body } = await post(app, { parts: [{ kind: 'image_id', image_id: id }], ...CALIBRATED })
      const other = await post(app, { positive: [{ image_id: id }], ...CALIBRATED })
      const scoreOf = ({ id: imageId, score }: ImagesJson['images'][number]) => [imageId, score]
      expect(body.images.map(scoreOf)).toEqual(other.body.images.map(scoreOf))
      expect(other.body).not.toHaveProperty('close')
    })

    it('describes the images found, if that is requested', async () => {
      const app = await withWords()
      const parts = [{ kind: 'image_id', image_id: await idOf(app, 'image-1.png') }]
      const { body } = await post(app, { parts, words: true, ...CALIBRATED })
      for (const { words } of body.images) expect(words!.length).toBeLessThanOrEqual(3)
      expect((await post(app, { parts, ...CALIBRATED })).body.images[0]).not.toHaveProperty('words')
    })

    it('suggests words for an unknown one', async () => {
      const { status, body } = await post(await withWords(), { parts: [{ kind: 'text', text: 'democracy' }] })
      expect(status).toBe(422)
      expect(body).toMatchObject({ code: 'unknown_word', suggestions: expect.any(Array) })
    })

    it('names the unknown word of a phrase', async () => {
      const parts = [
        { kind: 'text', text: 'dog' },
        { kind: 'text', text: 'A Dgo on the sofa' },
      ]
      const { status, body } = await post(await withWords(), { parts })
      expect(status).toBe(422)
      expect(body).toMatchObject({ rejected: { text: 'A Dgo on the sofa', start: 2, end: 5 } })
    })

    it('rejects a search without a wanted part, and a weight or crop out of range', async () => {
      const app = await withWords()
      const image = { kind: 'image_id', image_id: await idOf(app, 'image-1.png') }
      const rejections: [parts: object[], status: number][] = [
        [[], 422],
        [[{ ...image, weight: -1 }], 400],
        [[{ ...image, weight: 0 }], 400],
        [[{ ...image, weight: 2 }], 422],
        [[{ ...image, kind: 'region', crop: [0.5, 0, 0.6, 1] }], 400],
        [[{ kind: 'sketch' }], 400],
        [[{ kind: 'smell' }], 422],
      ]
      for (const [parts, status] of rejections)
        expect(await post(app, { parts }), JSON.stringify(parts)).toMatchObject({
          status,
          body: { code: 'invalid_request' },
        })
    })

    it('accepts any text if the model has a text encoder', async () => {
      const app = await withAnyText()
      const parts = [{ kind: 'text', text: 'any sentence, not only words' }]
      const { status, body } = await post(app, { parts, ...CALIBRATED })
      expect([status, body.parts]).toEqual([200, [{ kind: 'text', words: [parts[0]!.text] }]])
      expect(body.images).toHaveLength(COUNT)
      expect(body.images[0]!.score).toBeCloseTo(body.images[0]!.scores![0]!, 5)
    })

    it('refuses words if the model has no text encoder', async () => {
      const app = await withoutWords()
      const { status, body } = await post(app, { parts: [{ kind: 'text', text: 'dog' }] })
      expect([status, body]).toMatchObject([422, { code: 'not_supported' }])
      const parts = [{ kind: 'image_id', image_id: await idOf(app, 'image-1.png') }]
      expect((await post(app, { parts })).body.close).toBeNull()
    })
  })
}
