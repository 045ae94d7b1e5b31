/** The thread of the SQLite catalog. Long queries and writing the index do not block the thread of the server. */
import { parentPort } from 'node:worker_threads'
import { messageOf } from '../../errors.ts'
import { handleCall, type ThreadCall } from '../../threads.ts'
import { type CallByName, callByName } from '../stores.ts'
import { type MaintainedCatalog, openSqliteCatalog, type SqliteCatalogOptions } from './catalog.ts'

const port = parentPort!
const calls: ThreadCall[] = []
let isWorking = false
let hasMaintenance = false
let maintainedAt = 0
/** Maintenance goes on this often while calls wait: searches are faster when it is done. */
const MAINTENANCE_INTERVAL_MS = 1_000

let opened: Promise<MaintainedCatalog>

port.on('message', (call: ThreadCall) => {
  calls.push(call)
  if (!isWorking) void work()
})

/** Handles one call after the other, and a part of the maintenance when none is waiting or it is due. */
async function work(): Promise<void> {
  isWorking = true
  for (;;) {
    const isDue = hasMaintenance && performance.now() - maintainedAt >= MAINTENANCE_INTERVAL_MS
    const call = isDue ? undefined : calls.shift()
    if (call !== undefined) {
      hasMaintenance = (await handle(call)) && call.method !== 'close'
    } else if (hasMaintenance) {
      hasMaintenance = await maintain()
      maintainedAt = performance.now()
    } else {
      break
    }
    // Lets new messages arrive.
    await new Promise(setImmediate)
  }
  isWorking = false
}

function handle({ id, method, args }: ThreadCall): Promise<boolean> {
  return handleCall(port, { id, method, args }, async () => {
    if (method === 'open') {
      opened = openSqliteCatalog(args[0] as SqliteCatalogOptions)
      await opened
      return
    }
    const catalog = await opened
    if (method === 'close') return catalog.close()
    return callByName(catalog, ...(args as Parameters<CallByName>))
  })
}

async function maintain(): Promise<boolean> {
  try {
    return await (await opened).maintain()
  } catch (error) {
    // Maintenance is repeated, and the index file can be rebuilt.
    console.error(`Maintenance of the catalog failed: ${messageOf(error)}`)
    return false
  }
}
