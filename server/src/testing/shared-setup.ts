import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../../../scripts/documents.ts'
import { stagePackage } from '../../../scripts/stage.ts'
import { ensurePageIsBuilt } from '../commands/build-page.ts'

/** Tests start some hundred processes, all of which would compile the same and measure the same; and they start the product as it is shipped. */
export default async function setUp(): Promise<() => void> {
  const directory = mkdtempSync(join(tmpdir(), 'sketch-search-tests-'))
  process.env.TEST_SHARED_DIRECTORY = directory
  process.env.NODE_COMPILE_CACHE = join(directory, 'compiled')
  process.env.TEST_PRODUCT = await makeProduct(join(directory, 'product'))
  return () => rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}

/** As npm installs it, but for what it depends on, which is that of the checkout. */
async function makeProduct(directory: string): Promise<string> {
  await ensurePageIsBuilt(console.log)
  await stagePackage(directory)
  cpSync(join(ROOT, 'web/dist'), join(directory, 'page'), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'), 'junction')
  return directory
}
