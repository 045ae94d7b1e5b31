import type { App } from '../app/compose.ts'
import type { Config } from '../config/schema.ts'
import { DomainError, messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'

/** A second Ctrl+C after this time ends the process at once. */
const FORCE_AFTER_MS = 1000

/** Exit codes of a process that a signal ended, as shells report them. */
const INTERRUPTED = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

export interface StopOptions {
  /** Whether the work is not done yet: the exit code names the signal. */
  isInterruption?: boolean
}

/**
 * Ends the process in order after a signal.
 * @returns whether it is ending
 */
export function onStop(
  close: () => Promise<void>,
  { isInterruption = false }: StopOptions = {},
): () => boolean {
  let stoppingSince: number | undefined
  const stop = async (signal: keyof typeof INTERRUPTED) => {
    if (stoppingSince !== undefined) {
      // A terminal signals the whole group, and a launcher forwards its signal, so one request may arrive twice.
      if (performance.now() - stoppingSince > FORCE_AFTER_MS) process.exit(INTERRUPTED.SIGINT)
      return
    }
    stoppingSince = performance.now()
    await close()
    process.exit(isInterruption ? INTERRUPTED[signal] : 0)
  }
  for (const signal of Object.keys(INTERRUPTED) as (keyof typeof INTERRUPTED)[])
    process.on(signal, () => void stop(signal))
  return () => stoppingSince !== undefined
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
