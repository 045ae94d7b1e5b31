import { Command } from 'commander'
import { pruneEmbedder } from '../admin/embedders.ts'
import { counted } from '../counted.ts'
import { type CommonOptions, configFor, withCommonOptions } from './options.ts'

interface PruneOptions extends CommonOptions {
  embedder: string
}

const MEBIBYTE = 1024 * 1024

export function pruneCommand(): Command {
  const command = new Command('prune')
    .description('delete the vectors of an embedder that is no longer used, and free their space')
    .argument('[folder]', 'the gallery, with all folders below it; default: watcher.watched_directory')
    .requiredOption(
      '--embedder <name>',
      'the embedder; of the chosen one, only vectors of an earlier model of its name',
    )
  return withCommonOptions(command).action(prune)
}

async function prune(folder: string | undefined, options: PruneOptions): Promise<void> {
  const { vectors, bytes } = await pruneEmbedder(configFor(folder, options), options.embedder)
  console.log(
    `${counted(vectors, 'vector')} of "${options.embedder}" deleted, ${(bytes / MEBIBYTE).toFixed(1)} MiB freed.`,
  )
}
