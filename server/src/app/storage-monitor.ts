import { join } from 'node:path'
import type { Config } from '../config/schema.ts'
import { DomainError } from '../errors.ts'
import { StorageMonitor } from '../indexing/storage-monitor.ts'
import type { Logger } from '../log.ts'
import type { Timings } from '../timings.ts'

const CHECK_EVERY_MS = 500

/** Returns the monitor of the folders that a configuration names. It has to be started. */
export function openStorageMonitor(
  config: Config,
  galleryFolders: readonly string[],
  timings: Timings,
  log: Logger,
): StorageMonitor {
  const { data_directory: dataDirectory, thumbnail, database } = config
  return new StorageMonitor({
    dataDirectory,
    thumbnailDirectory: thumbnail.thumbnail_directory,
    galleryFolders,
    database: database === undefined ? join(dataDirectory, 'catalog.sqlite') : undefined,
    checkEveryMs: timings.rootCheckMs,
    log: { error: (message) => log.error(message), info: (message) => log.info(message) },
  })
}

/**
 * Waits for work unless nothing can be stored for some time.
 * @throws {DomainError} `storage_unavailable` with the reason
 */
export async function failWhileStorageIsUnusable<T>(
  monitor: Pick<StorageMonitor, 'problem'>,
  work: Promise<T>,
  { storageWaitMs }: Pick<Timings, 'storageWaitMs'>,
): Promise<T> {
  let usableAt = performance.now()
  let timer: NodeJS.Timeout | undefined
  const ended = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      const { problem } = monitor
      if (problem === undefined) usableAt = performance.now()
      else if (performance.now() - usableAt > storageWaitMs)
        reject(new DomainError('storage_unavailable', problem.message))
    }, CHECK_EVERY_MS)
  })
  return Promise.race([work, ended]).finally(() => clearInterval(timer))
}
