import { Command } from 'commander'
import { type EmbedderInfo, listEmbedders } from '../admin/embedders.ts'
import { createLog } from '../log.ts'
import { type CommonOptions, configFor, withCommonOptions } from './options.ts'
import { printTable } from './table.ts'

interface EmbeddersOptions extends CommonOptions {
  json?: boolean
  measure: boolean
}

const COLUMNS = ['', 'embedder', 'definition', 'dimensions', 'images/s', 'one image', 'embedded']

export function embeddersCommand(): Command {
  const command = new Command('embedders')
    .description(
      'list the embedders with their dimensions, their speed on this machine and the number of images that they have embedded',
    )
    .argument('[folder]', 'the gallery, with all folders below it; default: watcher.watched_directory')
    .option('--json', 'print JSON')
    .option('--no-measure', 'do not start embedders that were never used on this machine')
  return withCommonOptions(command).action(embedders)
}

async function embedders(folder: string | undefined, options: EmbeddersOptions): Promise<void> {
  const config = configFor(folder, options)
  const { status } = createLog(config, process.stderr)
  const embedders = await listEmbedders(config, {
    onProgress: (name, message) => status.show(`${name}: ${message} …`),
    measures: options.measure,
  })
  status.clear()
  if (options.json) console.log(JSON.stringify(embedders, null, 2))
  else printTable([COLUMNS, ...embedders.map(toRow)])
  for (const { problem, warnings } of options.json ? [] : embedders) {
    if (problem !== undefined) console.log(problem)
    for (const warning of warnings) console.log(warning)
  }
  if (embedders.some(({ isChosen, problem }) => isChosen && problem !== undefined)) process.exitCode = 1
}

function toRow({
  name,
  isChosen,
  definition,
  dimensions,
  measurement,
  images,
  problem,
}: EmbedderInfo): string[] {
  const speed = measurement?.imagesPerSecond
  return [
    isChosen ? '*' : '',
    name,
    definition ?? '(not configured as it was)',
    dimensions === undefined ? '?' : String(dimensions),
    problem !== undefined ? 'does not start' : speed === undefined ? '?' : speed.toFixed(speed < 10 ? 1 : 0),
    measurement === undefined ? '?' : `${measurement.millisecondsForOne.toFixed(1)} ms`,
    String(images),
  ]
}
