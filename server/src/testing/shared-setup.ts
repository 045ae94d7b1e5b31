import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Makes a folder for what all tests of a run share, once for all projects. They start some hundred processes, which would all
 * compile and measure the same.
 */
export default function setUp(): (() => void) | undefined {
  if (process.env.TEST_SHARED_DIRECTORY !== undefined) return undefined
  const directory = mkdtempSync(join(tmpdir(), 'sketch-search-tests-'))
  process.env.TEST_SHARED_DIRECTORY = directory
  process.env.NODE_COMPILE_CACHE = join(directory, 'compiled')
  return () => rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}
