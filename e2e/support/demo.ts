import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { drawDemoGallery } from '../../scripts/demo/draw-gallery.ts'
import { madeOnce } from '../../server/src/testing/made-once.ts'
import { sharedBrowser } from './browser.ts'
import { CLASSICAL, type Product, startProduct } from './product.ts'

export interface Demo {
  product: Product
  browser: Browser
  gallery: string
}

const SUBJECTS = 12
const [EMBEDDER] = Object.keys(CLASSICAL) as [string]

/**
 * Starts the product on a demo gallery, indexed, with a browser beside it; once for a file of tests. The gallery is drawn and embedded
 * once for all files of a run.
 */
export function useDemo(perSubject = 20, environment: Record<string, string> = {}): Demo {
  const demo = {} as Demo
  let directory = ''
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sketch-search-e2e-'))
    demo.gallery = join(directory, 'gallery')
    await madeOnce(`demo-${perSubject}`, demo.gallery, () => drawDemoGallery(demo.gallery, perSubject))
    const data = join(directory, 'data')
    const count = perSubject * SUBJECTS
    const { [EMBEDDER]: embedder = 'default' } = environment
    await madeOnce(`demo-${perSubject}-${embedder}`, data, async () => {
      const product = await startProduct(demo.gallery, data, environment)
      await untilIndexed(product.url, count).finally(() => product.stop())
    })
    demo.product = await startProduct(demo.gallery, data, environment)
    demo.browser = await sharedBrowser()
    await untilIndexed(demo.product.url, count)
  })
  afterAll(async () => {
    await demo.product?.stop()
    await rm(directory, { recursive: true, force: true })
  })
  return demo
}

/** Waits until the folder has been scanned since the start and nothing is left to index. */
export async function untilIndexed(url: string, count: number): Promise<void> {
  for (let attempt = 0; attempt < 1800; attempt++) {
    const status = (await (await fetch(`${url}/api/index/status`)).json()) as {
      indexed: number
      pending: number
      last_reconcile: string | null
    }
    if (status.indexed >= count && status.pending === 0 && status.last_reconcile !== null) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${count} images were not indexed in three minutes`)
}

/** Number of indexed images, including copies, which the page folds. */
export async function indexedCount(url: string): Promise<number> {
  const response = await fetch(`${url}/api/index/status`)
  return ((await response.json()) as { indexed: number }).indexed
}
