import type { App } from '../app/compose.ts'
import type { Config } from '../config/schema.ts'
import { DomainError, messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'

/** A second Ctrl+C after this time ends the process at once. */
const FORCE_AFTER_MS = 1000

/** Ends the process in order after a signal. */
export function onStop(close: () => Promise<void>): void {
  let stoppingSince: number | undefined
  const stop = async () => {
    if (stoppingSince !== undefined) {
      // A terminal signals the whole group, and a launcher forwards its signal, so one request may arrive twice.
      if (performance.now() - stoppingSince > FORCE_AFTER_MS) process.exit(130)
      return
    }
    stoppingSince = performance.now()
    await close()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
}

/** Begins to watch and to index. */
export async function startApp(app: App, log: Logger): Promise<void> {
  await app.start().catch((error) => {
    // The root monitor logs an unreadable folder, and a scan follows.
    if (!(error instanceof DomainError && error.code === 'directory_not_found')) log.error(messageOf(error))
  })
}

/** @throws {DomainError} `config_invalid` without a database that other processes can share */
export function assertShared({ database }: Config, what: string): void {
  if (database !== undefined) return
  throw new DomainError(
    'config_invalid',
    `${what} needs a PostgreSQL database that several processes share (the key "database"): the embedded one belongs to one process.`,
  )
}
