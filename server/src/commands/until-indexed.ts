import type { App } from '../app/compose.ts'

/**
 * Brings the index in step with the folder.
 * @throws {DomainError} `embedder_unavailable` if the embedder works for no picture, and does not recover; the next call goes
 * on with the remaining files
 */
export async function untilIndexed(app: App, options?: Parameters<App['sync']['scan']>[0]): Promise<void> {
  await app.join()
  await app.sync.scan(options)
  await app.untilIdle()
}
