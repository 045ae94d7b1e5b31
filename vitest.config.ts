import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { withoutTelemetry } from './server/src/embedding/telemetry.ts'

// Some tests load ONNX Runtime in their own process, which is started with this environment.
Object.assign(process.env, withoutTelemetry())

export default defineConfig({
  test: {
    globalSetup: 'server/src/testing/shared-setup.ts',
    // The others go on while one waits: for a file to settle, for a picture to appear on the page.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        test: {
          name: 'unit',
          // Files share what they have loaded: it takes longer than most of their tests, and nothing in it is changed by them.
          isolate: false,
          execArgv: ['--import', new URL('server/src/testing/packaged-threads.ts', import.meta.url).href],
          include: [
            'server/src/**/*.test.ts',
            'web/src/**/*.test.ts',
            'scripts/**/*.test.ts',
            'bench/**/*.test.ts',
          ],
          // Generous: a shared machine may be several times slower than another.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 30_000 } },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 30_000 } },
        },
      },
    ],
  },
})
