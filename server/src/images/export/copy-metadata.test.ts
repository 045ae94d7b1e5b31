import sharp from 'sharp'
import { expect, it } from 'vitest'
import type { Image } from '../../catalog/catalog.ts'
import { readDetails } from '../../gallery/details/details.ts'
import { toJpeg } from '../../gallery/thumbnails.ts'
import { copyMetadataOf } from './copy-metadata.ts'

const webp = await sharp({ create: { width: 20, height: 10, channels: 3, background: '#369' } })
  .webp()
  .toBuffer()

const copied = async (image: object) =>
  readDetails(await toJpeg(webp, 90, copyMetadataOf(image as Image)), 'jpeg')

it('writes what the catalog has into a copy', async () => {
  const details = await copied({
    capturedAt: Date.UTC(2020, 4, 4, 12, 30, 0, 450),
    capturedOffset: -330,
    camera: 'Acme One',
    latitude: -33.856_784,
    longitude: 151.215_297,
    title: 'Harbour',
    caption: 'Größe & <Glück>',
    keywords: 'sea\nevening',
    rating: 4,
  })
  expect(details).toMatchObject({
    capturedAt: Date.UTC(2020, 4, 4, 12, 30, 0, 450),
    capturedOffset: -330,
    camera: 'Acme One',
    title: 'Harbour',
    caption: 'Größe & <Glück>',
    keywords: ['sea', 'evening'],
    rating: 4,
  })
  expect(details.latitude).toBeCloseTo(-33.856_784, 6)
  expect(details.longitude).toBeCloseTo(151.215_297, 6)
})

it('writes nothing that the catalog lacks', async () => {
  const { bitDepth: _, ...details } = await copied({ capturedAt: undefined })
  // The library states that the picture is upright.
  expect(Object.entries(details).filter(([, value]) => value !== undefined)).toEqual([['orientation', 1]])
})
