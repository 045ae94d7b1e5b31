import { expect, it, onTestFinished, vi } from 'vitest'
import type { Image } from '../api/client.ts'
import { begunList } from '../gallery/image-list.ts'
import { gallerySections } from './sections.ts'

it('takes a picture without a capture time from the month that the clock of its file showed', () => {
  vi.stubEnv('TZ', 'Asia/Tokyo')
  onTestFinished(() => void vi.unstubAllEnvs())
  const months = ['2024-06', '2024-05'].map((month) => ({ month, count: 2, mean_aspect: 1 }))
  const morning = { id: '1', captured_at: null, modified_at: '2024-05-31T23:00:00Z' } as Image
  const evening = {
    id: '2',
    captured_at: '2024-05-31T23:00:00',
    modified_at: '2024-07-01T00:00:00Z',
  } as Image
  const hidden = new Map([morning, evening].map((image) => [image.id, image]))
  const list = begunList([], 2, {
    isLoading: false,
    error: null,
    retry() {},
    wantAll() {},
    loadAll: async () => [],
  })
  const sections = gallerySections(list, { terms: [] } as never, months, hidden)
  expect(sections.map(({ key, count }) => [key, count])).toEqual([
    ['2024-06', 1],
    ['2024-05', 1],
  ])
})
