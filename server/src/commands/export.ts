import { open, readFile, realpath, rename, rm } from 'node:fs/promises'
import { Command, Option } from 'commander'
import type { z } from 'zod'
import { DomainError, messageOf, systemCodeOf } from '../errors.ts'
import { exportRequestSchema } from '../http/contract/export.ts'
import { querySchema } from '../http/schemas.ts'
import {
  EXPORT_FORMATS,
  EXPORT_LAYOUTS,
  type ExportFormat,
  type ExportLayout,
} from '../images/export/formats.ts'
import { collectionNamed, ownerNamed } from './collection-names.ts'
import { inApp } from './in-app.ts'
import { type CommonOptions, configFor, withCommonOptions } from './options.ts'
import { writeToStandardOutput } from './standard-output.ts'

interface ExportOptions extends CommonOptions {
  folder?: string
  format: ExportFormat
  layout?: ExportLayout
  title?: string
  absolute?: boolean
  null?: boolean
  id?: string[]
  collection?: string
  query?: string
  search?: string
  user?: string
  output?: string
}

/** Formats that a terminal can show. */
const TEXT_FORMATS: readonly ExportFormat[] = ['csv', 'json', 'html', 'paths']

export function exportCommand(): Command {
  const command = new Command('export')
    .description(
      'write images of the index as one file: all of them, or a selection, a collection or a query',
    )
    .option('--folder <folder>', 'the gallery; default: watcher.watched_directory')
    .addOption(
      new Option('--format <format>', 'kind of the file').choices(EXPORT_FORMATS).makeOptionMandatory(),
    )
    .option('-o, --output <file>', 'file to write; default: standard output')
    .option('--id <id...>', 'export these images')
    .option('--collection <collection>', 'export a collection, by its name or id')
    .option(
      '--query <parameters>',
      'export the images that pass filters, as in GET /api/images: "camera_contains=Leica&order_by=captured_at"',
    )
    .option('--search <file>', 'export the results of a search: a JSON file with the parts of a request')
    .addOption(new Option('--layout <layout>', 'folders in archives').choices(EXPORT_LAYOUTS))
    .option('--title <title>', 'heading of pages')
    .option('--absolute', 'with --format paths: absolute paths, with the bytes that names have on the disk')
    .option('--null', 'with --format paths: a zero byte ends each path, for xargs -0')
    .option('--user <email>', 'include the collections that only this user sees')
  return withCommonOptions(command).action(run)
}

/** Reads beside a running server. */
async function run(options: ExportOptions): Promise<void> {
  const { format, output, title, layout } = options
  if (output === undefined && process.stdout.isTTY && !TEXT_FORMATS.includes(format))
    throw new DomainError('invalid_request', `A terminal can't show ${format}: give --output FILE.`)
  if (format !== 'paths' && (options.absolute || options.null))
    throw new DomainError('invalid_request', '--absolute and --null need --format paths.')
  const source = await sourceOf(options)
  const config = configFor(options.folder, options)
  const userId = await ownerNamed(config, options.user)
  await inApp(config, { isReadOnly: true }, async ({ exporter, catalog }) => {
    const collection =
      options.collection === undefined
        ? undefined
        : (await collectionNamed(catalog, userId, options.collection)).id
    const given = { ...source, ...(collection && { collection }) }
    const request = { ...(Object.keys(given).length === 0 ? { query: {} } : given), format, title, layout }
    const paths = {
      // The directories of a gallery are known by its real path.
      root: options.absolute ? await realpath(config.watcher.watched_directory) : undefined,
      isZeroEnded: options.null,
    }
    const { body } = await exporter(userId, validated(exportRequestSchema, request, 'The options'), { paths })
    if (output === undefined) await writeToStandardOutput(body)
    else await writeFile(output, body)
  })
}

async function sourceOf({ id, query, search }: ExportOptions): Promise<object> {
  return {
    ...(id && { image_ids: id }),
    ...(query !== undefined && { query: parseQuery(query) }),
    ...(search !== undefined && { search: await readSearch(search) }),
  }
}

/** Checks the names, because a mistyped filter would export everything. */
function parseQuery(text: string): Record<string, string> {
  const query = Object.fromEntries(new URLSearchParams(text))
  const unknown = Object.keys(query).find((name) => !Object.hasOwn(querySchema.shape, name))
  if (unknown !== undefined)
    throw new DomainError('invalid_request', `--query: there is no filter ${JSON.stringify(unknown)}.`)
  validated(querySchema, query, '--query')
  return query
}

async function readSearch(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new DomainError('invalid_request', `--search: ${messageOf(error)}.`, { cause: error })
  }
}

function validated<S extends z.ZodType>(schema: S, value: unknown, name: string): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new DomainError('invalid_request', `${name}: ${problems.join('; ')}`)
}

type ExportBody = AsyncIterable<Uint8Array>

/**
 * Writes an export. One that fails or is interrupted leaves no file that looks complete.
 * @throws {DomainError} `invalid_request` if the file can't be written; the error of the body otherwise
 */
export async function writeFile(file: string, body: ExportBody): Promise<void> {
  const unfinished = `${file}.part`
  const written = <T>(work: Promise<T>) =>
    work.catch((error) => {
      throw new DomainError('invalid_request', `${file} can't be written (${systemCodeOf(error)}).`, {
        cause: error,
      })
    })
  try {
    const output = await written(open(unfinished, 'w'))
    try {
      for await (const chunk of body) await written(output.writeFile(chunk))
    } finally {
      await written(output.close())
    }
    await written(rename(unfinished, file))
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}
