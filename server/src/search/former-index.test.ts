import { expect, it, vi } from 'vitest'
import { createFormerIndex } from './former-index.ts'
import type { VectorSources } from './term-vectors.ts'

it('ends once, also if two checks find it overtaken at the same time', async () => {
  const counts = async () => ({ indexed: 5, unembedded: 0 })
  const sources = { catalog: { images: { counts }, vectors: {} } } as unknown as VectorSources
  const onEnd = vi.fn(async () => {})
  const index = createFormerIndex({ current: sources, former: sources, images: 5, onEnd })
  await Promise.all([index.check(), index.check()])
  expect(index.answers).toBe(false)
  expect(onEnd).toHaveBeenCalledOnce()
})
