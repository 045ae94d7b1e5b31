import { Worker } from 'node:worker_threads'
import { connectThread, programBeside } from '../../threads.ts'
import type { Catalog } from '../catalog.ts'
import { type CallByName, storesOver } from '../stores.ts'
import type { SqliteCatalogOptions } from './catalog.ts'

/** Objects of the thread are short-lived. Without a limit Node keeps up to 128 MB of them. */
const YOUNG_GENERATION_MB = 12

/** Opens the SQLite catalog in its own thread. */
export function openSqliteCatalogThread(options: SqliteCatalogOptions): Catalog {
  const worker = new Worker(programBeside(import.meta.url, './worker'), {
    workerData: options,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  })
  const thread = connectThread(worker, 'The catalog is closed.')
  return {
    ...storesOver((...[store, method, args]) =>
      thread.call('call', [store, method, args] satisfies Parameters<CallByName>),
    ),
    async close() {
      if (thread.hasEnded) return
      await thread.call('close', [])
      await thread.end()
    },
  }
}
