import {
  programBeside,
  type StartThread,
  startThread as startNewThread,
  type ThreadProgram,
} from '../../threads.ts'
import type { Catalog } from '../catalog.ts'
import { type CallByName, storesOver } from '../stores.ts'
import type { SqliteCatalogOptions } from './catalog.ts'

const PROGRAM: ThreadProgram = {
  file: programBeside(import.meta.url, './worker'),
  maxYoungGenerationSizeMb: 12,
  closed: 'The catalog is closed.',
}

/** Opens the SQLite catalog in its own thread. Its first call reports why it can't be opened. */
export function openSqliteCatalogThread(
  options: SqliteCatalogOptions,
  startThread: StartThread = startNewThread,
): Catalog {
  const thread = startThread(PROGRAM)
  thread.call('open', [options]).catch(() => {})
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
