/** The thread that holds the SQLite catalog: neither a long query nor saving the index stalls the server's own. */
import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../../errors.ts'
import { handleCall, type ThreadCall } from '../../threads.ts'
import { type MaintainedCatalog, openSqliteCatalog, type SqliteCatalogOptions } from './catalog.ts'

const port = parentPort!
const calls: ThreadCall[] = []
let isWorking = false
let hasUpkeep = false

const opened = openSqliteCatalog(workerData as SqliteCatalogOptions)
// Whoever calls first is told why it can't be opened.
opened.catch(() => {})

port.on('message', (call: ThreadCall) => {
  calls.push(call)
  if (!isWorking) void work()
})

/** Answers one call after the other; upkeep is done when none is waiting. */
async function work(): Promise<void> {
  isWorking = true
  for (;;) {
    const call = calls.shift()
    if (call !== undefined) {
      hasUpkeep = (await handle(call)) && call.method !== 'close'
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

function handle(call: ThreadCall): Promise<boolean> {
  return handleCall(port, call, async () => {
    const catalog = await opened
    const run = catalog[call.method as keyof MaintainedCatalog] as (...args: unknown[]) => Promise<unknown>
    return run(...call.args)
  })
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
