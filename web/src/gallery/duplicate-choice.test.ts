import { describe, expect, it } from 'vitest'
import type { Image } from '../api/client.ts'
import { bestFirst, reasonsFor, relationOf } from './duplicate-choice.ts'

const photo = (path: string, part: Partial<Image> = {}): Image =>
  ({
    path,
    width: 4000,
    height: 3000,
    bytes: 4_000_000,
    content_type: 'image/jpeg',
    captured_at: '2023-05-04T10:00:00',
    modified_at: '2023-05-04T10:00:00.000Z',
    thumbnail_url: `/api/images/x/thumbnail?v=${path}`,
    ...part,
  }) as Image

const original = photo('original.jpg')
const small = photo('small.jpg', { width: 1600, height: 1200, bytes: 3_000_000 })
const squeezed = photo('squeezed.jpg', { bytes: 900_000, modified_at: '2024-01-01T00:00:00.000Z' })
const scan = photo('scan.tif', { bytes: 30_000_000, captured_at: '2024-02-01T00:00:00' })
const raw = photo('raw.cr3', { content_type: 'image/x-dcraw' })
const names = (images: readonly Image[]) => images.map(({ path }) => path)

describe('the suggested picture', () => {
  const group = [squeezed, small, scan, original]

  it('is the largest, the least compressed of those, and the oldest of those', () => {
    expect(names(bestFirst(group, 'largest'))).toEqual([
      'scan.tif',
      'original.jpg',
      'squeezed.jpg',
      'small.jpg',
    ])
  })

  it('is the one with most bytes for a pixel, or the oldest, where the user chooses so', () => {
    expect(names(bestFirst(group, 'least_compressed'))[0]).toBe('scan.tif')
    expect(names(bestFirst([scan, squeezed, original], 'oldest'))).toEqual([
      'original.jpg',
      'squeezed.jpg',
      'scan.tif',
    ])
  })

  it('is a raw photo before what was developed from it', () => {
    expect(names(bestFirst([scan, raw], 'largest'))).toEqual(['raw.cr3', 'scan.tif'])
    expect(names(bestFirst([raw, photo('b.cr3', { content_type: 'image/x-dcraw' })], 'largest'))[0]).toBe(
      'b.cr3',
    )
  })

  it('has the reasons in which no other is better', () => {
    expect(reasonsFor(scan, [squeezed, small])).toEqual(['largest', 'least_compressed'])
    expect(reasonsFor(original, [squeezed])).toEqual(['least_compressed', 'oldest'])
    expect(reasonsFor(original, [photo('copy.jpg')])).toEqual([])
  })

  it('is not called the oldest by the date of a file', () => {
    const later = { captured_at: null, modified_at: '2024-01-01T00:00:00.000Z' }
    expect(reasonsFor(original, [squeezed, photo('download.jpg', later)])).toEqual(['least_compressed'])
    expect(reasonsFor(photo('file.jpg', { captured_at: null }), [squeezed])).toEqual(['least_compressed'])
  })
})

describe('another version', () => {
  it.each([
    ['exact', photo('copy.jpg', { thumbnail_url: original.thumbnail_url }), original],
    ['developed', original, raw],
    ['smaller', small, original],
    ['compressed', squeezed, original],
    ['cropped', photo('crop.jpg', { width: 3000 }), original],
    [undefined, scan, original],
  ])('is called %s', (relation, image, suggested) => {
    expect(relationOf(image, suggested)).toBe(relation)
  })
})
