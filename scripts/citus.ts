/**
 * `node scripts/citus.ts [--nodes N]`: starts a Citus cluster on this machine, a coordinator and three nodes or as many as given, in a
 * temporary directory. Prints the configuration for it, and runs until it is interrupted. A line `add` on its input starts a further
 * node and moves shards to it.
 */
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { startCitus } from '../server/src/testing/citus.ts'
import { findCitus } from './postgres.ts'

const { values } = parseArgs({ options: { nodes: { type: 'string', default: '3' } } })
const found = findCitus()
if ('problem' in found) {
  console.error(found.problem)
  process.exit(1)
}
const cluster = await startCitus(found.path, Number(values.nodes))
const database = await cluster.createDatabase('sketch_search')
const { host, port, user, password } = database
console.log(`database:
  url: postgresql://${user}:${encodeURIComponent(password!)}@${host}:${port}/${database.database}
  distributed: true
# Nodes: ${cluster.nodes.map((node) => node.port).join(', ')}. "add" starts another one, Ctrl+C ends all and deletes their data.`)

const lines = createInterface({ input: process.stdin })
lines.on('line', async (line) => {
  if (line.trim() !== 'add') return
  const node = await cluster.addNode(database)
  await cluster.rebalance(database)
  console.log(`# The node ${node.port} has its share of the vectors.`)
})
await new Promise<void>((resolve) => {
  process.once('SIGINT', resolve)
  process.once('SIGTERM', resolve)
})
lines.close()
await cluster.close()
