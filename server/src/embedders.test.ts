/** Embedders of all kinds in the whole product: their effect on the index, and the change to another one. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { listEmbedders, pruneEmbedder } from './admin/embedders.ts'
import type { App } from './app/compose.ts'
import { configFor, indexAll, startApp } from './testing/app.ts'
import { picture, writeSettled } from './testing/pictures.ts'
import { pythonWithNumpy } from './testing/python.ts'
import { temporaryDirectory } from './testing/temporary.ts'

const MISBEHAVING = join(import.meta.dirname, 'embedding/kinds/python/fixtures/misbehaving.py')
const SCRIPTED = join(import.meta.dirname, 'embedding/kinds/javascript/fixtures/embedders.ts')

async function galleryOf(count: number): Promise<string> {
  const root = await temporaryDirectory()
  for (let n = 0; n < count; n++) await writeSettled(join(root, `${n}.png`), await picture(n))
  return root
}

const python = (class_name: string, more: Record<string, unknown> = {}) => ({
  'embedder_registry.chosen_embedder': 'mine',
  'embedder_registry.embedders': {
    mine: { file: MISBEHAVING, class_name, python: pythonWithNumpy(), ...more },
    other: { file: SCRIPTED, class_name: 'Means', args: [1], kwargs: { scale: 2 } },
  },
})

const statusOf = async (app: App) =>
  (await app.http.request('/api/index/status')).json() as Promise<Record<string, unknown>>

describe('a model that fails', () => {
  it.each(['Crashes', 'Hangs', 'ReturnsNaN', 'ReturnsWrongLength', 'Raises'])(
    '%s at one image of 200: 199 are indexed, and the server keeps responding',
    async (class_name) => {
      const root = await galleryOf(199)
      const black = sharp({ create: { width: 60, height: 60, channels: 3, background: '#000' } })
      await writeSettled(join(root, 'black.png'), await black.png().toBuffer())
      // The short timeout is only for the embedder that hangs: on a busy machine, the others may take longer.
      const timeout = { batch_timeout_s: class_name === 'Hangs' ? 10 : 60 }
      const app = await startApp(await configFor(root, python(class_name, timeout)))
      const begin = performance.now()
      let isIndexed = false
      const indexing = indexAll(app).finally(() => {
        isIndexed = true
      })
      const answers: { status: number; ms: number }[] = []
      while (!isIndexed) {
        const start = performance.now()
        const { status } = await app.http.request('/health')
        answers.push({ status, ms: performance.now() - start })
        await sleep(50)
      }
      await indexing
      const indexingMs = performance.now() - begin
      expect(answers.length).toBeGreaterThan(1)
      expect(answers.every(({ status }) => status === 200)).toBe(true)
      // No response waits for the embedder.
      expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(indexingMs / 2)
      expect(await app.catalog.images.counts()).toEqual({ indexed: 199, unembedded: 0, failed: 1 })
      const { failures } = await app.catalog.failures.list({ offset: 0, limit: 10 })
      expect(failures).toEqual([
        expect.objectContaining({
          path: 'black.png',
          code: 'embedder_failed',
          reason: expect.stringMatching(/^The embedder "mine" \(.*misbehaving\.py\) failed on this image: /),
        }),
      ])
      // A failed file is not tried again.
      await indexAll(app)
      expect(app.indexer.progress()).toMatchObject({ pending: 0 })
    },
  )

  it('for a time, on every picture: no image is blamed, and indexing resumes after its recovery', async () => {
    const root = await galleryOf(30)
    const file = join(await temporaryDirectory(), 'sick')
    const app = await startApp(await configFor(root, python('FallsSick', { args: [file] })))
    await writeFile(file, '')
    const indexing = indexAll(app)
    await expect.poll(async () => (await statusOf(app)).embedder_state).toBe('not_working')
    expect((await app.http.request('/ready')).status).toBe(503)
    expect((await app.http.request('/api/images')).status).toBe(200)
    await rm(file)
    await indexing
    expect(await app.catalog.images.counts()).toEqual({ indexed: 30, unembedded: 0, failed: 0 })
    expect(await statusOf(app)).toMatchObject({ embedder_state: 'working', to_embed: 0 })
  })
})

describe('choosing another embedder', () => {
  it('embeds again in the background, searches the former vectors meanwhile; going back is immediate', async () => {
    const root = await galleryOf(12)
    const config = await configFor(root, python('Raises'))
    const choose = (chosen_embedder: string) => ({
      ...config,
      embedder_registry: { ...config.embedder_registry, chosen_embedder },
    })
    const first = await startApp(choose('classical'))
    await indexAll(first)
    const ids = (await first.catalog.images.list(ALL)).images.map(({ id }) => id)
    await first.close()

    const second = await startApp(choose('other'))
    expect(await statusOf(second)).toMatchObject({ indexed: 0, to_embed: 12, previous_embedder: 'classical' })
    expect((await second.catalog.images.list(ALL)).images).toHaveLength(12)
    expect((await second.search.find([{ kind: 'image id', id: ids[0]!, weight: 1 }], TOP)).total).toBe(12)
    await indexAll(second)
    expect(await statusOf(second)).toMatchObject({
      indexed: 12,
      to_embed: 0,
      previous_embedder: null,
      dimensions: 3,
    })
    expect((await second.catalog.images.list(ALL)).images.map(({ id }) => id)).toEqual(ids)
    expect((await second.search.find([{ kind: 'image id', id: ids[0]!, weight: 1 }], TOP)).total).toBe(12)
    await second.close()

    const third = await startApp(choose('classical'))
    expect(await statusOf(third)).toMatchObject({ indexed: 12, to_embed: 0, dimensions: 468 })
    expect((await third.search.find([{ kind: 'image id', id: ids[0]!, weight: 1 }], TOP)).total).toBe(12)
    await third.close()

    const listed = await listEmbedders(choose('classical'), { onProgress: () => {}, measures: false })
    expect(listed.map(({ name, images, isChosen }) => [name, images, isChosen])).toEqual([
      ['mine', 0, false],
      ['other', 12, false],
      ['sketch-search-5', 0, false],
      ['sketch-search-4', 0, false],
      ['classical', 12, true],
    ])
    await expect(pruneEmbedder(choose('classical'), 'classical')).rejects.toThrow(/is the chosen embedder/)
    await expect(pruneEmbedder(choose('classical'), 'nobody')).rejects.toThrow(
      /there are some of: classical, other/,
    )
    expect(await pruneEmbedder(choose('classical'), 'other')).toMatchObject({ vectors: 12 })
    const fourth = await startApp(choose('other'))
    expect(await fourth.catalog.images.counts()).toMatchObject({ indexed: 0, unembedded: 12 })
  })

  it('distinguishes models of one name', async () => {
    const root = await galleryOf(5)
    const config = await configFor(root, {
      ...python('Raises'),
      'embedder_registry.chosen_embedder': 'other',
    })
    const scaled = (scale: number) => ({
      ...config,
      embedder_registry: {
        ...config.embedder_registry,
        embedders: { other: { ...config.embedder_registry.embedders.other!, kwargs: { scale } } },
      },
    })
    for (const [scale, indexed] of [
      [2, 0],
      [3, 0],
      [2, 5],
    ] as const) {
      const app = await startApp(scaled(scale))
      expect(await app.catalog.images.counts()).toMatchObject({ indexed })
      await indexAll(app)
      await app.close()
    }
    const listed = await listEmbedders(scaled(2), { onProgress: () => {}, measures: false })
    expect(listed).toContainEqual(
      expect.objectContaining({ name: 'other', definition: undefined, images: 5 }),
    )
    expect(await pruneEmbedder(scaled(2), 'other')).toMatchObject({ vectors: 5 })
    // Its files may be missing only at the moment.
    await expect(pruneEmbedder(scaled(4), 'other')).rejects.toThrow(/start it once first/)
    const app = await startApp(scaled(2))
    expect(await app.catalog.images.counts()).toMatchObject({ indexed: 5, unembedded: 0 })
  })

  it('retries images on which the other failed, and keeps its other vectors', async () => {
    const root = await galleryOf(3)
    const black = sharp({ create: { width: 60, height: 60, channels: 3, background: '#000' } })
    await writeSettled(join(root, 'black.png'), await black.png().toBuffer())
    const config = await configFor(root, python('Raises'))
    const choose = (chosen_embedder: string) => ({
      ...config,
      embedder_registry: { ...config.embedder_registry, chosen_embedder },
    })
    const able = await startApp(choose('other'))
    await indexAll(able)
    expect(await able.catalog.images.counts()).toMatchObject({ indexed: 4, failed: 0 })
    const { id } = (await able.catalog.images.getByPath('black.png'))!
    await able.close()
    const unable = await startApp(choose('mine'))
    await indexAll(unable)
    expect(await unable.catalog.images.counts()).toEqual({ indexed: 3, unembedded: 0, failed: 1 })
    await unable.close()
    const again = await startApp(choose('other'))
    expect(await again.catalog.images.counts()).toEqual({ indexed: 4, unembedded: 0, failed: 0 })
    expect(await again.catalog.images.get(id)).toMatchObject({ path: 'black.png' })
    await indexAll(again)
    expect(await again.catalog.images.counts()).toEqual({ indexed: 4, unembedded: 0, failed: 0 })
  })
})

const TOP = { filter: {}, topK: 50, offset: 0, limit: 50 }
const ALL = { filter: {}, orderBy: 'name', descending: false, offset: 0, limit: 100 } as const
