import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { type Project, SlowestFirst, testFiles } from './scripts/test-projects.ts'
import { withoutTelemetry } from './server/src/embedding/telemetry.ts'

// Some tests load ONNX Runtime in their own process, which is started with this environment.
Object.assign(process.env, withoutTelemetry())

const SHARED_SETUP = 'server/src/testing/shared-setup.ts'
const PRODUCT_SETUP = 'server/src/testing/product-setup.ts'
const files = testFiles()

/** @param globalSetup what is made once for all files of the project */
function project(name: Project, globalSetup: string[] = []) {
  return {
    test: {
      name,
      include: files[name],
      globalSetup: [SHARED_SETUP, ...globalSetup],
      // Files share what they have loaded: it takes longer than most of their tests, and few change anything in it.
      isolate: name === 'isolated',
      execArgv: ['--import', new URL('server/src/testing/packaged-threads.ts', import.meta.url).href],
      // Generous: a shared machine may be several times slower than another.
      testTimeout: ['unit', 'isolated', 'server'].includes(name) ? 240_000 : 480_000,
      hookTimeout: 480_000,
      expect: { poll: { timeout: 150_000 } },
    },
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: SlowestFirst },
    // The others go on while one waits: for a file to settle, for a picture to appear on the page.
    maxWorkers: availableParallelism() + 2,
    projects: [
      project('browser', [PRODUCT_SETUP]),
      project('product', [PRODUCT_SETUP]),
      project('server'),
      project('isolated'),
      project('unit'),
      project('long', [PRODUCT_SETUP, 'server/src/testing/postgres-setup.ts']),
    ],
  },
})
