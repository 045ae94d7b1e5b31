import { Command } from 'commander'
import { showConfig } from '../config/show.ts'
import { type CommonOptions, configFor, withCommonOptions } from './options.ts'

export function configCommand(): Command {
  const command = new Command('config')
    .description('print the effective configuration, with secrets masked')
    .argument('[folder]', 'the gallery, with all folders below it; default: watcher.watched_directory')
  return withCommonOptions(command).action((folder: string | undefined, options: CommonOptions) => {
    process.stdout.write(showConfig(configFor(folder, options)))
  })
}
