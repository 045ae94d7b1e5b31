import { type App, createApp } from '../app/compose.ts'
import type { Config } from '../config/schema.ts'
import { createLog } from '../log.ts'
import { showLoading } from './progress-line.ts'

/**
 * Works with the product, which is closed afterwards.
 * @param isReadOnly works beside a running server, and writes nothing
 * @throws {DomainError} `data_directory_in_use` while a server uses an embedded database, unless it only reads
 */
export async function inApp(
  config: Config,
  { isReadOnly = false }: { isReadOnly?: boolean },
  work: (app: App) => Promise<void>,
): Promise<void> {
  const { log, status } = createLog(config, process.stderr)
  const onLoading = showLoading(status, log, process.stderr.isTTY === true)
  const app = await createApp(config, { log, onLoading, isReadOnly })
  status.clear()
  try {
    await work(app)
  } finally {
    await app.close()
  }
}
