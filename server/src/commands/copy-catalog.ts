import { resolve } from 'node:path'
import { Command } from 'commander'
import { type CopyProgress, moveCatalog } from '../admin/copy-catalog.ts'
import { loadConfig } from '../config/load.ts'
import { readYamlFile } from '../config/sources.ts'
import { counted } from '../counted.ts'
import { createLog } from '../log.ts'
import { bar, duration } from './progress-line.ts'

interface CopyOptions {
  from: string
  to: string
}

const SHOW_EVERY_MS = 100
const LOG_EVERY_MS = 10_000

export function copyCatalogCommand(): Command {
  return new Command('copy-catalog')
    .description(
      'copy the data of a gallery to another database, embedded or PostgreSQL: images with their ids, vectors, failures, collections, stars, the trash, users. Nothing is embedded again. After an interruption, run it again: it continues where it stopped',
    )
    .requiredOption('--from <config>', 'YAML file that names the database to read; it may be in use')
    .requiredOption('--to <config>', 'YAML file that names the database to write; nothing else may use it')
    .action(copy)
}

async function copy({ from, to }: CopyOptions): Promise<void> {
  const [source, target] = [configOf(from), configOf(to)]
  const { log, status } = createLog(target, process.stderr)
  const start = performance.now()
  const show = progressShower(status, log)
  const result = await moveCatalog(source, target, {
    onProgress: show,
    log: { warn: (message) => log.warn(message), info: (message) => log.info(message) },
  }).finally(() => status.clear())
  const { images, vectors, failures, embedders, furtherSpaces, users, userData } = result
  const origins = [counted(embedders, 'embedder'), ...furtherSpaces].join(' and ')
  const present = images.present + vectors.present + failures.present
  const there = present > 0 ? `; ${present} of these rows already existed` : ''
  console.log(
    `${counted(images.rows, 'image')} with their vectors of ${origins}, and ${counted(failures.rows, 'failure')} copied in ${duration((performance.now() - start) / 1000)}${there}.`,
  )
  const { collections, members, trash } = userData
  if (collections + members + trash > 0)
    console.log(
      `${counted(collections, 'collection')}, ${counted(members, 'image')} in them and stars, and ${counted(trash, 'image')} in the trash copied.`,
    )
  if (users > 0) console.log(`${counted(users, 'user')} copied. They have to sign in again.`)
}

/**
 * The environment may contain the password of a database that the file names; it does not turn an embedded database into another.
 */
function configOf(file: string) {
  const isDatabase = (variable: string) => /^server__database(__|$)/i.test(variable)
  const hasDatabase = readYamlFile(resolve(file)).assignments.some(({ path }) => path[0] === 'database')
  const environment = hasDatabase
    ? process.env
    : Object.fromEntries(Object.entries(process.env).filter(([variable]) => !isDatabase(variable)))
  return loadConfig({ file, environment, workingDirectory: process.cwd() })
}

function progressShower(
  status: { show(line: string): void },
  log: { info(message: string): void },
): (progress: CopyProgress) => void {
  let what: string | undefined
  let since = 0
  let shownAt = 0
  return (progress) => {
    const now = performance.now()
    if (progress.what !== what) {
      what = progress.what
      since = now
    }
    const isTerminal = process.stderr.isTTY === true
    if (now - shownAt < (isTerminal ? SHOW_EVERY_MS : LOG_EVERY_MS)) return
    shownAt = now
    const { done, all } = progress
    const left = (((now - since) / done) * (all - done)) / 1000
    const rest = left >= 1 ? `, ${duration(left)} left` : ''
    const line = `Copying ${what}: ${done} of ${all}${rest}`
    if (isTerminal) status.show(`${line} ${bar(done / all)}`)
    else log.info(line)
  }
}
