import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { App } from '../app/compose.ts'
import { configFor, type DatabaseKeys, indexAll, startApp } from '../testing/app.ts'
import { writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import type { ImagesJson } from './schemas.ts'

const PHOTOS = join(import.meta.dirname, '../../../scripts/demo/photos')
const SCENE_SIDE = 600
const OBJECT_SIDE = 280

async function writeGallery(): Promise<string> {
  const root = await temporaryDirectory()
  const scene = await sharp(join(PHOTOS, 'buildings/great-wall-of-china.jpg'))
    .resize(SCENE_SIDE, SCENE_SIDE, { fit: 'fill' })
    .png()
    .toBuffer()
  const object = await readFile(join(PHOTOS, 'animals/goldfish.jpg'))
  const small = await sharp(object).resize(OBJECT_SIDE, OBJECT_SIDE, { fit: 'fill' }).toBuffer()
  const pasted = await sharp(scene)
    .composite([{ input: small, left: SCENE_SIDE - OBJECT_SIDE, top: 0 }])
    .png()
    .toBuffer()
  await writeSettled(join(root, 'object.jpg'), object, new Date())
  await writeSettled(join(root, 'pasted.png'), pasted, new Date())
  await writeSettled(join(root, 'scene.png'), scene, new Date())
  return root
}

/** @returns the scores by name, best first */
async function search(app: App, parts: object[]): Promise<Map<string, { score: number; parts: number[] }>> {
  const response = await app.http.request('/api/images/search', {
    method: 'POST',
    body: JSON.stringify({ parts, top_k: 10 }),
    headers: { 'content-type': 'application/json' },
  })
  const { images } = (await response.json()) as ImagesJson
  return new Map(images.map(({ path, score, scores }) => [path, { score: score!, parts: scores! }]))
}

/** Tests of the vectors of windows, from the configuration to the results, for every database. */
export function describeWindows(name: string, database: DatabaseKeys): void {
  describe(name, () => {
    it('find small things once the gallery has been embedded again', async () => {
      const root = await writeGallery()
      const config = async (windows: string) =>
        configFor(root, {
          'embedder_registry.chosen_embedder': 'sketch-search-5',
          'embedder_registry.windows': windows,
          data_directory: directory,
          ...keys,
        })
      const [directory, keys] = [await temporaryDirectory(), await database()]
      const before = await startApp(await config('none'))
      await before.join()
      await indexAll(before)
      const fish = { kind: 'image_id', image_id: (await before.catalog.images.getByPath('object.jpg'))!.id }
      const plain = await search(before, [fish])
      await before.close()

      const app = await startApp(await config('half'))
      await app.join()
      await indexAll(app)
      // The former vectors answer until the next check.
      await expect
        .poll(async () => (await search(app, [fish])).get('pasted.png')!.score)
        .toBeGreaterThan(plain.get('pasted.png')!.score + 0.03)
      const found = await search(app, [fish])
      expect([...found.keys()]).toEqual(['object.jpg', 'pasted.png', 'scene.png'])
      for (const { score, parts } of found.values()) expect(parts[0]).toBeCloseTo(score, 3)

      const words = await search(app, [
        { kind: 'text', text: 'goldfish' },
        { kind: 'text', text: 'fish' },
        { kind: 'colours', colours: [{ hex: '#ff8000' }], weight: 0.2 },
      ])
      expect(words.get('pasted.png')!.score).toBeGreaterThan(words.get('scene.png')!.score + 0.03)

      const versions = (await app.catalog.spaces.list()).map(({ embedder, images }) => [embedder, images])
      expect(versions).toEqual([
        ['sketch-search-5', 3],
        ['sketch-search-5', 3],
      ])
    })
  })
}
