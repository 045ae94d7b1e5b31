/** The cluster whose results are in bench/results/scaling.md: `node_modules/.bin/node e2e/cluster/main.ts [SEED] [KILLS] [RESTARTS]`. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCluster } from './run.ts'

const [seed = 1, kills = 10, restarts = 2] = process.argv.slice(2).map(Number)
const directory = await mkdtemp(join(tmpdir(), 'sketch-search-cluster-'))
try {
  const { client, ...result } = await runCluster({
    seed,
    kills,
    restarts,
    files: 2000,
    servers: 2,
    workers: 3,
    msPerImage: 10,
    directory,
    log: console.log,
  })
  console.log(result, { ...client, events: client.events.length })
} finally {
  await rm(directory, { recursive: true, force: true })
}
