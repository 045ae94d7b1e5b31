import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, onTestFinished } from 'vitest'

/** Receives the clean-up for the time when the object is no longer needed. */
export type OnEnd = (cleanUp: () => Promise<void> | void) => void

/** Makes something once for all tests of a file, or of a `describe`. They must not change it. */
export function onceForAll<T>(make: (onEnd: OnEnd) => Promise<T>): () => T {
  let made: { value: T } | undefined
  const cleanUps: (() => Promise<void> | void)[] = []
  beforeAll(async () => {
    made = { value: await make((cleanUp) => void cleanUps.push(cleanUp)) }
  })
  afterAll(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp()
  })
  return () => {
    if (made === undefined) throw new Error('it is made before the first test, not before that')
    return made.value
  }
}

/** An empty folder that is gone after the test. */
export async function temporaryDirectory(onEnd: OnEnd = onTestFinished): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'sketch-search-test-')))
  onEnd(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** Repeats a check until it passes. */
export async function eventually<T>(check: () => Promise<T> | T, timeoutMs = 120_000): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
