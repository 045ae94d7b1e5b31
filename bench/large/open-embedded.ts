/** Opens the embedded database in a folder, searches it once, and prints the time and the memory of the process as JSON. */
import { parseArgs } from 'node:util'
import { openSqliteCatalogThread } from '../../server/src/catalog/sqlite/client.ts'
import { residentMemory } from '../support.ts'
import { DIMENSIONS, defaultSpace } from '../vectors.ts'

const MEBIBYTE = 2 ** 20

const [directory] = parseArgs({ allowPositionals: true }).positionals as [string]
const space = await defaultSpace()
const before = residentMemory(process.pid)
const start = performance.now()
const catalog = openSqliteCatalogThread({ directory, savesIndex: false })
await catalog.spaces.activate(space)
const vector = new Float32Array(DIMENSIONS).fill(1)
await catalog.vectors.nearest({ vector, filter: {}, topK: 50, offset: 0, limit: 50 })
const openMs = performance.now() - start
const memoryBytes = (residentMemory(process.pid) - before) * MEBIBYTE
console.log(JSON.stringify({ openMs, memoryBytes }))
await catalog.close()
