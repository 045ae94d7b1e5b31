import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Tests start some hundred processes, all of which would compile the same and measure the same. */
export default function setUp(): () => void {
  const directory = mkdtempSync(join(tmpdir(), 'sketch-search-tests-'))
  process.env.TEST_SHARED_DIRECTORY = directory
  process.env.NODE_COMPILE_CACHE = join(directory, 'compiled')
  return () => rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}
