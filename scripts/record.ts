/**
 * `npm run record -- [--check] [--soak] [--only PART]`: plays requests and commands against a fixed gallery and stores the
 * answers, with ids, times and ports masked, in `scripts/recording/behaviour.ndjson`. With `--check` it compares the answers with
 * the stored ones instead and prints what differs. The operations of the soak test take minutes, so they are played only on request.
 */
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ensurePageIsBuilt } from '../server/src/commands/build-page.ts'
import { recordCommands } from './recording/commands.ts'
import { differencesBetween } from './recording/differences.ts'
import type { Recorded } from './recording/player.ts'
import { recordServers } from './recording/servers.ts'
import { recordSoak } from './recording/soak.ts'

const FILE = fileURLToPath(new URL('./recording/behaviour.ndjson', import.meta.url))
const PARTS: Record<string, (directory: string) => Promise<Recorded[]>> = {
  requests: recordServers,
  commands: recordCommands,
  soak: recordSoak,
}

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    soak: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})
const parts = Object.keys(PARTS).filter((part) =>
  values.only === undefined ? part !== 'soak' || values.soak : part === values.only,
)
if (parts.length === 0)
  throw new Error(`There is no part ${values.only}: give one of ${Object.keys(PARTS).join(', ')}.`)

// Otherwise, the first server would build the page and log that.
await ensurePageIsBuilt(console.log, { evenIfStale: true })
const recorded: Recorded[] = []
for (const part of parts) {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'sketch-search-record-')))
  try {
    const lines = await PARTS[part]!(directory)
    recorded.push(...lines.map(({ name, content }) => ({ name: `${part}: ${name}`, content })))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
const stored = readRecording()
const isPlayed = ({ name }: Recorded) => parts.some((part) => name.startsWith(`${part}: `))
if (values.check) {
  const differences = differencesBetween(stored.filter(isPlayed), recorded)
  for (const difference of differences) console.log(difference)
  console.log(`${recorded.length} answers compared, ${differences.length} differ`)
  process.exitCode = differences.length === 0 ? 0 : 1
} else {
  const all = [...stored.filter((one) => !isPlayed(one)), ...recorded]
  writeFileSync(FILE, all.map((one) => `${JSON.stringify(one)}\n`).join(''))
  console.log(`${recorded.length} answers stored in ${FILE}`)
}

function readRecording(): Recorded[] {
  try {
    return readFileSync(FILE, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
