import { setTimeout as sleep } from 'node:timers/promises'
import type { App } from '../app.ts'
import { DomainError } from '../errors.ts'

const LOOK_EVERY_MS = 1000
/** A server waits for a model as long as it takes; a command that is to end does not. */
const PATIENCE_MS = 60_000

/**
 * Brings the index in step with the folder.
 * @throws {DomainError} `embedder_unavailable` if the embedder works for no picture, and does not recover
 */
export async function untilIndexed(
  app: App,
  options?: Parameters<App['sync']['reconcile']>[0],
): Promise<void> {
  await app.join()
  await app.sync.reconcile(options)
  let isDone = false
  const idle = app.indexer.idle().then(() => {
    isDone = true
  })
  let workedAt = performance.now()
  while (!isDone) {
    await Promise.race([idle, sleep(LOOK_EVERY_MS)])
    if (app.host.processId !== undefined) workedAt = performance.now()
    if (!isDone && performance.now() - workedAt > PATIENCE_MS) {
      throw new DomainError(
        'embedder_unavailable',
        `The embedder "${app.host.name}" does not work at present; ${app.indexer.pending} files are left for the next time. The log tells why.`,
      )
    }
  }
}
