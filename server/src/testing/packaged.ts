import { cpSync, mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../../../scripts/documents.ts'
import { stagePackage } from '../../../scripts/stage.ts'
import { ensurePageIsBuilt } from '../commands/build-page.ts'

/** Tests start the product as it is shipped, which also begins sooner than the TypeScript of the checkout. @returns what removes it */
export default async function setUp(): Promise<() => Promise<void>> {
  await ensurePageIsBuilt(console.log)
  // Within the checkout, where what npm would install beside it is found.
  const cache = join(ROOT, '.cache')
  mkdirSync(cache, { recursive: true })
  const directory = await mkdtemp(join(cache, 'product-'))
  await stagePackage(directory)
  cpSync(join(ROOT, 'web/dist'), join(directory, 'page'), { recursive: true })
  process.env.TEST_PRODUCT = directory
  return () => rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}
