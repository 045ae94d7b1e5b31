import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { Command, Option } from 'commander'
import type { Config } from '../config/schema.ts'
import { DomainError } from '../errors.ts'
import { evaluateAllKinds } from '../evaluation/all-kinds.ts'
import { evaluateColours } from '../evaluation/coloured-sketches.ts'
import type { DescriptionReport } from '../evaluation/descriptions.ts'
import { type ClassScores, METRICS } from '../evaluation/evaluate.ts'
import { evaluatePasted } from '../evaluation/pasted-objects.ts'
import { renderReport } from '../evaluation/report.ts'
import { BASELINE, type EvaluationReport, evaluateEmbedders } from '../evaluation/run.ts'
import { evaluateWords, type WordReport } from '../evaluation/words.ts'
import { createLog } from '../log.ts'
import { printAllKinds } from './evaluate-all.ts'
import { printColours, printPasted } from './evaluate-pasted.ts'
import { type CommonOptions, configFor, parseWhole, withCommonOptions } from './options.ts'
import { showLoading } from './progress-line.ts'
import { figure, printTable } from './table.ts'

interface EvaluateOptions extends CommonOptions {
  gallery: string
  queries?: string
  kind: (typeof KINDS)[number]
  scenes?: string
  limit?: number
  feedback?: boolean
  embedder?: string[]
  pairs?: boolean
  expansion: boolean
  json?: string
  html?: string
}

const KINDS = ['sketch', 'image', 'text', 'pasted', 'colours', 'all'] as const
/** Options that only some kinds of queries use. */
const USED_BY: Readonly<Record<string, { isGiven(options: EvaluateOptions): boolean; kinds: string[] }>> = {
  '--html': { isGiven: ({ html }) => html !== undefined, kinds: ['sketch', 'image'] },
  '--feedback': { isGiven: ({ feedback }) => feedback === true, kinds: ['sketch', 'image'] },
  '--no-expansion': { isGiven: ({ expansion }) => !expansion, kinds: ['sketch', 'image'] },
  '--pairs': { isGiven: ({ pairs }) => pairs === true, kinds: ['sketch', 'image', 'all'] },
  '--scenes': { isGiven: ({ scenes }) => scenes !== undefined, kinds: ['pasted', 'all'] },
  '--limit': { isGiven: ({ limit }) => limit !== undefined, kinds: ['pasted', 'all'] },
}

export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description(
      'measure how well an embedder finds images of the class of a query, compared with a random ranking and the classical embedder',
    )
    .requiredOption('--gallery <dir>', 'the images to find; each of its subfolders is a class')
    .option('--queries <dir>', 'the queries, in subfolders of the same names; not with --kind text')
    .option(
      '--scenes <dir>',
      'photos in folders without the things of the gallery, for --kind pasted and all',
    )
    .addOption(
      new Option(
        '--kind <kind>',
        'what the queries are; text: the names of the classes; pasted: images of the gallery pasted into scenes; colours: sketches in the colours of their photos; all: a table of each kind, with sketches as queries',
      )
        .choices(KINDS)
        .default('sketch'),
    )
    .option(
      '--embedder <name>',
      'the embedder to evaluate; repeat to compare several; default: the chosen one',
      (name: string, others: string[] = []) => [...others, name],
    )
    .option(
      '--pairs',
      'a query named X-3 belongs to the image named X: also measure how often that one is found',
    )
    .option(
      '--no-expansion',
      'compare sketches with images as the model embeds them, without query expansion',
    )
    .option('--limit <count>', 'maximum number of pasted objects, for --kind pasted and all', parseWhole)
    .option(
      '--feedback',
      'simulate users who mark right and wrong results in three rounds, for --kind sketch and image',
    )
    .option('--json <file>', 'write all figures as JSON')
    .option('--html <file>', 'write a report with curves and pictures, for --kind sketch and image')
  return withCommonOptions(command).action(runEvaluation)
}

async function runEvaluation(options: EvaluateOptions): Promise<void> {
  const { gallery, json, html } = options
  assertUsed(options)
  assertFolderOf('--json', json)
  assertFolderOf('--html', html)
  const config = configFor(gallery, options)
  const { log, status } = createLog(config, process.stderr)
  const { report, print, render } = await evaluate(options, config, {
    gallery,
    onProgress: showLoading(status, log, process.stderr.isTTY === true, 'Evaluation'),
    onWarning: (message) => log.warn(message),
  })
  status.clear()
  print()
  if (json !== undefined) await writeFile(json, `${JSON.stringify(report, null, 2)}\n`)
  if (html !== undefined && render !== undefined) await writeFile(html, await render())
}

/** A report, and its forms for people. */
interface Evaluation {
  report: object
  print(): void
  render?: () => Promise<string>
}

interface RunOptions {
  gallery: string
  onProgress: ReturnType<typeof showLoading>
  onWarning(message: string): void
}

async function evaluate(options: EvaluateOptions, config: Config, run: RunOptions): Promise<Evaluation> {
  const { kind, queries, scenes, limit } = options
  const embedders = options.embedder ?? [config.embedder_registry.chosen_embedder]
  const embedder = embedders[0]!
  if (kind !== 'sketch' && kind !== 'image' && embedders.length > 1)
    throw new DomainError(
      'invalid_request',
      `With --kind ${kind}, one embedder is evaluated: give --embedder once.`,
    )
  if (kind === 'text') {
    const report = await evaluateWords(config, { ...run, embedder })
    return { report, print: () => printWords(report) }
  }
  if (kind === 'pasted') {
    if (scenes === undefined)
      throw new DomainError('invalid_request', 'Give photos to paste into with --scenes FOLDER.')
    const report = await evaluatePasted(config, { ...run, embedder, scenes, queries, limit })
    return { report, print: () => printPasted(report) }
  }
  if (queries === undefined)
    throw new DomainError('invalid_request', 'Give the queries with --queries FOLDER.')
  if (kind === 'colours') {
    const report = await evaluateColours(config, { ...run, embedder, queries })
    return { report, print: () => printColours(report) }
  }
  if (kind === 'all') {
    const hasPairs = options.pairs === true
    const report = await evaluateAllKinds(config, { ...run, embedder, queries, scenes, limit, hasPairs })
    return { report, print: () => printAllKinds(report, embedder) }
  }
  const report = await evaluateEmbedders(config, {
    ...run,
    queries,
    kind,
    hasFeedback: options.feedback === true,
    expandsSketches: options.expansion,
    embedders: [...new Set([BASELINE, ...embedders])],
    hasPairs: options.pairs === true,
  })
  return { report, print: () => printReport(report), render: () => renderReport(report, run.onWarning) }
}

function printReport(report: EvaluationReport): void {
  printOverall(report)
  printFeedback(report)
  printClose(report)
  printClasses(report)
  for (const reason of Object.values(report.failed ?? {})) {
    console.error(`sketch-search: ${reason}`)
    process.exitCode = 1
  }
}

/** @throws {DomainError} `invalid_request` if an option has no effect with this kind of queries */
function assertUsed(options: EvaluateOptions): void {
  for (const [flag, { isGiven, kinds }] of Object.entries(USED_BY))
    if (isGiven(options) && !kinds.includes(options.kind))
      throw new DomainError(
        'invalid_request',
        `${flag} has no effect with --kind ${options.kind}: leave it out, or choose --kind ${kinds.join(' or ')}.`,
      )
}

/** Evaluating takes long, so an output that cannot be written is reported first. */
function assertFolderOf(flag: string, file: string | undefined): void {
  if (file !== undefined && !existsSync(dirname(resolve(file))))
    throw new DomainError('directory_not_found', `${flag}: there is no folder ${dirname(resolve(file))}.`)
}

function printOverall({ embedders, gallery, queries }: EvaluationReport): void {
  const list = Object.entries(embedders)
  const metrics = METRICS.filter(([, key]) => list.some(([, { overall }]) => overall[key] !== undefined))
  console.log(
    `${queries.images} queries (${queries.kind}), ${gallery.images} images of ${gallery.classes} classes\n`,
  )
  printTable([
    ['embedder', 'queries', ...metrics.map(([heading]) => heading)],
    ...list.map(([name, { overall }]) => [
      name,
      String(overall.queries),
      ...metrics.map(([, key]) => (overall[key] ?? Number.NaN).toFixed(4)),
    ]),
  ])
}

function printFeedback({ embedders }: EvaluationReport): void {
  const rows = Object.entries(embedders).flatMap(([name, { feedback }]) =>
    feedback === undefined ? [] : [[name, ...feedback.map((precision) => precision.toFixed(4))]],
  )
  if (rows.length === 0) return
  console.log('\nP@20 after rounds of feedback\n')
  printTable([['embedder', ...rows[0]!.slice(1).map((_, round) => String(round))], ...rows])
}

function printClose({ embedders }: EvaluationReport): void {
  const rows = Object.entries(embedders).flatMap(([name, { close }]) =>
    close === undefined
      ? []
      : [[name, String(close.score), close.precision.toFixed(4), close.recall.toFixed(4)]],
  )
  if (rows.length === 0) return
  console.log('\nClose matches: precision and recall\n')
  printTable([['embedder', 'from', 'precision', 'recall'], ...rows])
}

function printWords({ classes, images, unknown, descriptions, ...means }: WordReport): void {
  const list = Object.entries(classes)
  console.log(`${list.length} words, ${images} images\n`)
  printTable([
    ['mAP', 'P@10'],
    [means.meanAveragePrecision.toFixed(4), means.precisionAt10.toFixed(4)],
  ])
  console.log('\nAverage precision of each word\n')
  printTable([
    ['class', 'words', 'images', 'AP'],
    ...list
      .toSorted(([, a], [, b]) => b.averagePrecision - a.averagePrecision)
      .map(([name, scores]) => [
        name,
        scores.words.join(', '),
        String(scores.images),
        scores.averagePrecision.toFixed(4),
      ]),
  ])
  if (unknown.length > 0) console.log(`\nNo words for: ${unknown.join(', ')}`)
  if (descriptions !== undefined) printDescriptions(descriptions)
}

function printDescriptions({ images, scores }: DescriptionReport): void {
  console.log(
    `\nWords for ${images} images: share that has one, and share of their most specific words that is right\n`,
  )
  printTable([
    ['probability from', 'images with a word', 'right'],
    ...scores.map(({ probability, isUsed, described, right }) => [
      isUsed ? `${probability} (used)` : String(probability),
      described.toFixed(4),
      figure(right),
    ]),
  ])
}

function printClasses({ embedders }: EvaluationReport): void {
  const names = Object.keys(embedders)
  const last = embedders[names.at(-1)!]!.classes
  const ofClass = (name: string, className: string): ClassScores | undefined =>
    embedders[name]!.classes[className]
  const rows = Object.entries(last)
    .toSorted(([, a], [, b]) => b.meanAveragePrecision - a.meanAveragePrecision)
    .map(([className, { queries, images }]) => [
      className,
      String(queries),
      String(images),
      ...names.map((name) => (ofClass(name, className)?.meanAveragePrecision ?? Number.NaN).toFixed(4)),
    ])
  console.log('\nmAP of each class\n')
  printTable([['class', 'queries', 'images', ...names], ...rows])
}
