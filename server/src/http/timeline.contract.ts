import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { configFor, type DatabaseKeys, indexAll, startApp } from '../testing/app.ts'
import { type Browser, openBrowser } from '../testing/browser.ts'
import { writeSettled } from '../testing/pictures.ts'
import { type OnEnd, onceForAll, temporaryDirectory } from '../testing/temporary.ts'
import type { ImagesJson } from './schemas.ts'

async function openGallery(database: DatabaseKeys, onEnd: OnEnd): Promise<Browser> {
  const root = await temporaryDirectory(onEnd)
  const write = async (name: string, hue: string, tags: Record<string, string>, make = 'Canon') => {
    const blank = sharp({ create: { width: 90, height: 60, channels: 3, background: hue } })
    const exif = { IFD0: { Make: make, Model: 'One' }, IFD2: tags }
    await writeSettled(join(root, name), await blank.withExif(exif).jpeg().toBuffer())
  }
  await write('IMG_10.jpg', '#a00', {
    DateTimeOriginal: '2024:05:31 23:30:00',
    OffsetTimeOriginal: '-07:00',
  })
  await write('IMG_9.jpg', '#0a0', { DateTimeOriginal: '2024:05:01 00:00:00' }, 'Leica')
  // Modified in January 2020.
  await write('plain.jpg', '#00a', {})
  const app = await startApp(await configFor(root, await database(), onEnd), {}, onEnd)
  await app.join()
  await indexAll(app)
  return openBrowser(app.http)
}

/** Tests of lists and months by time of capture over HTTP, for every database. */
export function describeTimeline(name: string, database: DatabaseKeys): void {
  describe(name, () => {
    const browser = onceForAll((onEnd) => openGallery(database, onEnd))
    const list = async (query: string) => {
      const { images } = (await (await browser().get(`/api/images?${query}`)).json()) as ImagesJson
      return images
    }
    const names = async (query: string) => (await list(query)).map((image) => image.user_visible_name)

    it('counts images by month of capture or else of modification', async () => {
      const months = async (query = '') => (await browser().get(`/api/timeline?${query}`)).json()
      expect(await months()).toEqual([
        { month: '2024-05', count: 2, mean_aspect: 1.5 },
        { month: '2020-01', count: 1, mean_aspect: 1.5 },
      ])
      expect(await months('captured_min=2024-05-02&direction=ascending')).toEqual([
        { month: '2024-05', count: 1, mean_aspect: 1.5 },
      ])
      expect(await months('name_contains=nothing')).toEqual([])
      expect((await browser().get('/api/timeline?captured_min=yesterday')).status).toBe(422)
    })

    it('orders and filters by capture, camera and natural names', async () => {
      expect(await names('order_by=captured_at')).toEqual(['IMG_10.jpg', 'IMG_9.jpg', 'plain.jpg'])
      expect(await names('order_by=user_visible_name&direction=ascending')).toEqual([
        'IMG_9.jpg',
        'IMG_10.jpg',
        'plain.jpg',
      ])
      expect(await names('camera_contains=leica')).toEqual(['IMG_9.jpg'])
      // The clock of the camera counts, in any time zone.
      expect(
        await names('captured_min=2024-05-31T23:00:00Z&captured_max=2024-05-31T23:59:00%2B02:00'),
      ).toEqual(['IMG_10.jpg'])
      expect(await names('captured_max=2020-12-31')).toEqual(['plain.jpg'])
      for (const rating of ['many', '3.5', '1e30'])
        expect((await browser().get(`/api/images?rating_min=${rating}`)).status, rating).toBe(422)
      expect(await names('rating_max=5.0')).toEqual([])
    })

    it('shows the time of capture by the clock of the camera', async () => {
      const [first, second, third] = await list('order_by=captured_at')
      expect(first).toMatchObject({ captured_at: '2024-05-31T23:30:00.000-07:00', camera: 'Canon One' })
      expect(second).toMatchObject({ captured_at: '2024-05-01T00:00:00.000', keywords: [] })
      expect(third).toMatchObject({ captured_at: null, camera: 'Canon One', rating: null })
    })
  })
}
