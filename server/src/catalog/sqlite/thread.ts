/** The thread that holds the SQLite catalog: neither a long query nor saving the index stalls the server's own. */
import { parentPort, workerData } from 'node:worker_threads'
import { DomainError, messageOf } from '../../errors.ts'
import { type MaintainedCatalog, openSqliteCatalog, type SqliteCatalogOptions } from './sqlite-catalog.ts'

export interface CatalogCall {
  id: number
  method: keyof MaintainedCatalog
  args: unknown[]
}

export type CatalogAnswer =
  | { id: number; result: unknown }
  | {
      id: number
      error: { code: DomainError['code'] | undefined; message: string; stack: string | undefined }
    }

const port = parentPort!
const calls: CatalogCall[] = []
let isWorking = false
let hasUpkeep = false

const opened = openSqliteCatalog(workerData as SqliteCatalogOptions)
// Whoever calls first is told why it can't be opened.
opened.catch(() => {})

port.on('message', (call: CatalogCall) => {
  calls.push(call)
  if (!isWorking) void work()
})

/** Answers one call after the other; upkeep is done when none is waiting. */
async function work(): Promise<void> {
  isWorking = true
  for (;;) {
    const call = calls.shift()
    if (call !== undefined) {
      hasUpkeep = (await answer(call)) && call.method !== 'close'
    } else if (hasUpkeep) {
      hasUpkeep = await upkeep()
    } else {
      break
    }
    // Lets messages in that came meanwhile.
    await new Promise(setImmediate)
  }
  isWorking = false
}

/** @returns whether it went well */
async function answer({ id, method, args }: CatalogCall): Promise<boolean> {
  try {
    const catalog = await opened
    const run = catalog[method] as (...args: unknown[]) => Promise<unknown>
    port.postMessage({ id, result: await run(...args) } satisfies CatalogAnswer)
    return true
  } catch (error) {
    const code = error instanceof DomainError ? error.code : undefined
    const stack = error instanceof Error ? error.stack : undefined
    port.postMessage({ id, error: { code, message: messageOf(error), stack } } satisfies CatalogAnswer)
    return false
  }
}

async function upkeep(): Promise<boolean> {
  try {
    return await (await opened).maintain()
  } catch (error) {
    // Upkeep can be repeated; what it is for (the index file) can be rebuilt.
    console.error(`The upkeep of the catalog failed: ${messageOf(error)}`)
    return false
  }
}
