import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { drawDemoGallery } from '../scripts/demo/draw-gallery.ts'
import { temporaryDirectory } from '../server/src/testing/temporary.ts'
import { untilIndexed } from './support/demo.ts'
import { CLASSICAL, runCommand, startProduct } from './support/product.ts'

describe('kill -9 in the middle of indexing', () => {
  it('loses and duplicates nothing', async () => {
    const directory = await temporaryDirectory()
    const gallery = join(directory, 'gallery')
    const data = join(directory, 'data')
    const perSubject = 40
    const total = perSubject * 12
    await drawDemoGallery(gallery, perSubject)
    for (let kill = 0; kill < 5; kill++) {
      const product = await startProduct(gallery, data, CLASSICAL)
      // Kills the server at a different stage each time.
      await sleep(40 + kill * 120)
      await product.kill()
    }
    const product = await startProduct(gallery, data, CLASSICAL)
    await untilIndexed(product.url, total)
    const { images } = (await (await fetch(`${product.url}/api/images?items_per_page=1000`)).json()) as {
      images: { id: string; path: string; thumbnail_url: string }[]
    }
    expect(images).toHaveLength(total)
    expect(new Set(images.map(({ path }) => path)).size).toBe(total)
    for (const image of images.filter((_, n) => n % 40 === 0)) {
      expect((await fetch(product.url + image.thumbnail_url)).status).toBe(200)
      const body = JSON.stringify({ image_id: image.id, top_k: total, query: { items_per_page: 1000 } })
      const headers = { 'content-type': 'application/json' }
      const found = await fetch(`${product.url}/api/images/search-by-image`, {
        method: 'POST',
        headers,
        body,
      })
      const result = (await found.json()) as { images: { id: string }[]; total: number }
      expect(result.total).toBe(total)
      expect(new Set(result.images.map(({ id }) => id)).size).toBe(total)
    }
    expect(await product.stop()).toBe(0)
    expect((await readdir(data)).filter((name) => name.endsWith('.tmp') || name === 'lock.pid')).toEqual([])

    const again = await runCommand(['index', gallery, '--data-directory', data], CLASSICAL)
    expect(again.stdout).toMatch(RegExp(`^0 indexed .*${total} in the index, 0 failed`))
  })
})
