import { Command } from 'commander'
import { createApp } from '../app/compose.ts'
import { createLog } from '../log.ts'
import { type CommonOptions, configFor, withCommonOptions } from './options.ts'
import { followProgress, showLoading } from './progress-line.ts'
import { assertShared, onStop, startApp } from './running.ts'

export function workerCommand(): Command {
  const command = new Command('worker')
    .description(
      'index for the servers on the same PostgreSQL database, without a page; any number of workers can run',
    )
    .argument('[folder]', 'the gallery, with all folders below it; default: watcher.watched_directory')
  return withCommonOptions(command).action(work)
}

async function work(folder: string | undefined, options: CommonOptions): Promise<void> {
  const config = configFor(folder, options)
  assertShared(config, 'A worker')
  const { log, status } = createLog(config, process.stderr)
  const isTerminal = process.stderr.isTTY === true
  const app = await createApp(config, {
    log,
    searches: false,
    onLoading: showLoading(status, log, isTerminal),
  })
  status.clear()
  followProgress(app.events, status, log, isTerminal)
  console.log(`Sketch-Search worker for ${config.watcher.watched_directory}`)
  onStop(async () => {
    status.clear()
    await app.close()
  })
  await startApp(app, log)
}
