import { cpSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../../scripts/documents.ts'
import { stagePackage } from '../../../scripts/stage.ts'
import { ensurePageIsBuilt } from '../commands/build-page.ts'

/** Installs the product as npm does, but with the dependencies of the checkout, once for all projects that start it. */
export default async function setUp(): Promise<void> {
  if (process.env.TEST_PRODUCT !== undefined) return
  const directory = join(process.env.TEST_SHARED_DIRECTORY!, 'product')
  await ensurePageIsBuilt(console.log, { evenIfStale: true })
  await stagePackage(directory)
  cpSync(join(ROOT, 'web/dist'), join(directory, 'page'), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'), 'junction')
  process.env.TEST_PRODUCT = directory
}
