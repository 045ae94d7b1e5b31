import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryDirectory } from './testing/temporary.ts'

const MODULE = new URL('./log.ts', import.meta.url).href

/** Fills a log file until nothing more can be written, empties it, and logs one more line. */
const SCRIPT = `
  const { truncateSync } = await import('node:fs')
  const { createLog } = await import(${JSON.stringify(MODULE)})
  const logs = ['json', 'text'].map((log_format) => createLog({ log_level: 'INFO', log_format }, process.stderr).log)
  for (let n = 0; n < 50; n++) for (const log of logs) log.info('one of many lines')
  await new Promise((resolve) => setTimeout(resolve, 10))
  truncateSync(process.env.LOG_FILE)
  for (const log of logs) log.info('after it was emptied')`

it('loses lines while the disk is full, but neither ends the process nor stops for good', async () => {
  const file = join(await temporaryDirectory(), 'server.log')
  const command = 'ulimit -f 2; exec "$0" --input-type=module -e "$1" 2>>"$LOG_FILE"'
  execFileSync('sh', ['-c', command, process.execPath, SCRIPT], { env: { ...process.env, LOG_FILE: file } })
  const lines = (await readFile(file, 'utf8')).trim().split('\n')
  expect(lines).toEqual([
    expect.stringContaining('"msg":"after it was emptied"'),
    expect.stringContaining('INFO: after it was emptied'),
  ])
})
