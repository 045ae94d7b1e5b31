import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { App, AppOptions } from './app/compose.ts'
import type { Config } from './config/schema.ts'
import { configFor, type DatabaseKeys, indexAll, startApp } from './testing/app.ts'
import { picture, writeSettled } from './testing/pictures.ts'
import { temporaryDirectory } from './testing/temporary.ts'

const EMBEDDERS = join(import.meta.dirname, 'embedding/kinds/javascript/fixtures/embedders.ts')
const COUNT = 8
const TOP = { filter: {}, topK: 50, offset: 0, limit: 50 }
const ALL = { filter: {}, orderBy: 'name', descending: false, offset: 0, limit: 100 } as const

/** A gallery that an embedder has indexed, and that another one has yet to embed. */
export async function afterUpgrade(
  database: DatabaseKeys,
  change: (config: Config) => Config = (config) => config,
  options: Partial<AppOptions> = {},
) {
  const root = await temporaryDirectory()
  for (let n = 0; n < COUNT; n++) await writeSettled(join(root, `${n}.png`), await picture(n))
  const config = await configFor(root, {
    ...(await database()),
    'embedder_registry.chosen_embedder': 'before',
    'embedder_registry.embedders': {
      before: { file: EMBEDDERS, class_name: 'Means', args: [1], kwargs: { scale: 2 } },
    },
  })
  const before = await startApp(config)
  await before.join()
  await indexAll(before)
  const { images } = await before.catalog.images.list(ALL)
  const order = await idsLike(before, images[0]!.id)
  await before.close()
  const { embedder_registry: registry } = config
  const app = await startApp(
    change({ ...config, embedder_registry: { ...registry, chosen_embedder: 'classical' } }),
    options,
  )
  return { app, root, first: images[0]!, order }
}

async function idsLike(app: App, id: string): Promise<string[]> {
  const found = await app.search.find([{ kind: 'image id', id, weight: 1 }], TOP)
  return found.images.map(({ id }) => id)
}

const statusOf = async (app: App) =>
  (await app.http.request('/api/index/status')).json() as Promise<Record<string, unknown>>

/** Searches while a gallery is embedded again by another embedder, for every database. */
export function describeFormerIndex(name: string, database: DatabaseKeys): void {
  describe(name, () => {
    it('finds all images as before from the start, and by the new embedder once that has all of them', async () => {
      const { app, root, first, order } = await afterUpgrade(database)
      expect(order).toHaveLength(COUNT)
      expect(await statusOf(app)).toMatchObject({
        indexed: 0,
        to_embed: COUNT,
        embedder: 'classical',
        search_embedder: 'before',
        search_problem: null,
      })
      expect(await idsLike(app, first.id)).toEqual(order)
      const bytes = await picture(3)
      const byPicture = await app.search.find(
        [{ kind: 'image', picture: { read: async () => bytes }, mayBeSketch: false, weight: 1 }],
        TOP,
      )
      expect(byPicture.images[0]!.score).toBeCloseTo(1, 3)
      expect(byPicture.total).toBe(COUNT)
      // The file is known by its content, also as an unwanted picture.
      const { images } = await app.search.find(
        [
          { kind: 'image id', id: first.id, weight: 1 },
          { kind: 'image', picture: { read: async () => bytes }, mayBeSketch: true, weight: -1 },
        ],
        TOP,
      )
      expect(images.map(({ path }) => path).toSorted()).toEqual([0, 1, 2, 4, 5, 6, 7].map((n) => `${n}.png`))

      // A file that the former embedder never had is found by the new one.
      await writeSettled(join(root, 'added.png'), await picture(COUNT))
      await app.join()
      await indexAll(app)
      expect(await statusOf(app)).toMatchObject({
        indexed: COUNT + 1,
        to_embed: 0,
        search_embedder: 'classical',
        previous_embedder: null,
      })
      const added = (await app.catalog.images.getByPath('added.png'))!
      expect(await idsLike(app, added.id)).toHaveLength(COUNT + 1)
      await expect(
        app.catalog.vectors.nearest({ ...TOP, vector: Float32Array.of(1, 0, 0), space: 'former' }),
      ).rejects.toThrow(/no vectors of former/)
    })

    it('closes the former index also while nothing is searched and indexed', async () => {
      const { app } = await afterUpgrade(database)
      const nearest = () =>
        app.catalog.vectors.nearest({ ...TOP, vector: Float32Array.of(1, 0, 0), space: 'former' })
      await expect(nearest()).resolves.toMatchObject({ total: COUNT })
      const { images } = await app.catalog.images.list(ALL)
      await app.catalog.files.remove(images.map(({ path }) => path))
      await expect.poll(() => nearest().catch(String)).toMatch(/no vectors of former/)
    })

    it('reports why the former embedder cannot answer, and finds what has been embedded', async () => {
      const { app, first } = await afterUpgrade(database, (config) => {
        const { before } = config.embedder_registry.embedders
        const embedders = { before: { ...before!, kwargs: { scale: 3 } } }
        return { ...config, embedder_registry: { ...config.embedder_registry, embedders } }
      })
      expect(await statusOf(app)).toMatchObject({
        search_embedder: 'classical',
        search_problem: expect.stringMatching(/"before" can't answer searches .*arguments have changed/),
      })
      await expect(idsLike(app, first.id)).rejects.toMatchObject({ code: 'not_indexed' })
      await app.join()
      await indexAll(app)
      expect(await idsLike(app, first.id)).toHaveLength(COUNT)
      expect(await statusOf(app)).toMatchObject({ search_problem: null })
    })
  })
}
