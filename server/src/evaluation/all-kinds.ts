import type { Config } from '../config/schema.ts'
import { DomainError } from '../errors.ts'
import type { WindowSize } from '../gallery/windows.ts'
import { type ColourReport, evaluateColours } from './coloured-sketches.ts'
import type { Reporter } from './embed.ts'
import { itemsIn } from './items.ts'
import { evaluatePasted, type MapHits, type PastedReport } from './pasted-objects.ts'
import { type EvaluationReport, evaluateEmbedders, RANDOM } from './run.ts'
import { evaluateWords, type WordReport } from './words.ts'

export interface AllKindsRequest extends Reporter {
  gallery: string
  /** Sketches in folders of the same names as those of the gallery. */
  queries: string
  /** Photos in folders, without the things of the gallery. */
  scenes: string | undefined
  embedder: string
  /** Whether a query `X-3` belongs to the gallery's image `X`. */
  hasPairs: boolean
  limit?: number | undefined
}

export interface AllKindsReport {
  sketches: EvaluationReport
  /** Undefined if the embedder does not understand words. */
  words: WordReport | undefined
  /** Undefined without pairs, from which the colours of a sketch are taken. */
  colours: ColourReport | undefined
  /** Undefined without scenes. */
  pasted: PastedReport | undefined
}

/**
 * Evaluates an embedder for each kind of query.
 * @throws {DomainError} as the evaluation of each kind
 */
export async function evaluateAllKinds(config: Config, request: AllKindsRequest): Promise<AllKindsReport> {
  const { scenes } = request
  // They are used last: a wrong folder is reported before hours of work.
  if (scenes !== undefined) await itemsIn(scenes, '--scenes', () => {})
  return {
    sketches: await evaluateEmbedders(config, {
      ...request,
      kind: 'sketch',
      embedders: [request.embedder],
      hasFeedback: true,
      expandsSketches: true,
    }),
    words: await evaluateWords(config, request).catch(undefinedIfNotSupported),
    colours: request.hasPairs ? await evaluateColours(config, request) : undefined,
    pasted: scenes === undefined ? undefined : await evaluatePasted(config, { ...request, scenes }),
  }
}

function undefinedIfNotSupported(error: unknown): undefined {
  if (!(error instanceof DomainError) || error.code !== 'not_supported') throw error
}

/** One figure with what it is compared with. */
export interface SummaryRow {
  kind: string
  measure: string
  value: string
  comparedWith: string
}

/** The main figures of a report, a row for each. */
export function summaryOf(report: AllKindsReport, embedder: string): SummaryRow[] {
  return [
    ...sketchRows(report.sketches, embedder),
    ...(report.words === undefined ? [] : wordRows(report.words)),
    ...(report.colours === undefined ? [] : colourRows(report.colours)),
    ...(report.pasted === undefined ? [] : pastedRows(report.pasted)),
    ...feedbackRows(report.sketches, embedder),
  ]
}

function sketchRows({ embedders, queries, gallery }: EvaluationReport, embedder: string): SummaryRow[] {
  const row = {
    kind: 'sketch → photo',
    measure: `mAP, ${queries.images} sketches, ${gallery.classes} classes`,
    value: figure(embedders[embedder]!.overall.meanAveragePrecision),
    comparedWith: `random: ${figure(embedders[RANDOM]!.overall.meanAveragePrecision)}`,
  }
  return [row]
}

function wordRows({ classes, images, meanAveragePrecision, descriptions }: WordReport): SummaryRow[] {
  const found = {
    kind: 'words → photos',
    measure: `mAP, ${Object.keys(classes).length} words, ${images} images`,
    value: figure(meanAveragePrecision),
    comparedWith: '',
  }
  const used = descriptions?.scores.find(({ isUsed }) => isUsed)
  if (descriptions === undefined || used === undefined) return [found]
  const described = {
    kind: 'words of a photo',
    measure: `share that is right, ${descriptions.images} images`,
    value: figure(used.right),
    comparedWith: `images with a word: ${figure(used.described)}`,
  }
  return [found, described]
}

function colourRows({ scores, queries }: ColourReport): SummaryRow[] {
  const [alone, ...others] = scores
  return others.map(({ query, recallAt1, recallAt10 }) => ({
    kind: query,
    measure: `R@1, R@10, ${queries} sketches`,
    value: `${figure(recallAt1)}, ${figure(recallAt10)}`,
    comparedWith: `${alone!.query}: ${figure(alone!.recallAt1)}, ${figure(alone!.recallAt10)}`,
  }))
}

function pastedRows({ sizes, composites }: PastedReport): SummaryRow[] {
  const regions = sizes.map(({ share, regions: { crop, product } }) => ({
    kind: `region of ${sideOf(share)} → photo`,
    measure: `rank of its own image (median, 90 %), mAP of others, ${composites} regions`,
    value: `${product.medianRank}, ${product.rankOf90}, ${figure(product.meanAveragePrecision)}`,
    comparedWith: `crop alone: ${crop.medianRank}, ${crop.rankOf90}, ${figure(crop.meanAveragePrecision)}`,
  }))
  const small = sizes.flatMap(({ share, found }) =>
    SMALL_BY.flatMap((by) => {
      const recall = (windows: WindowSize) => found[windows][by]?.recallAt10
      const [none, half, quarter] = [recall('none'), recall('half'), recall('quarter')]
      if (none === undefined || half === undefined || quarter === undefined) return []
      return {
        kind: `things of ${sideOf(share)} by ${by}`,
        measure: 'R@10 with windows half, quarter',
        value: `${figure(half)}, ${figure(quarter)}`,
        comparedWith: `without windows: ${figure(none)}`,
      }
    }),
  )
  const hits = ({ region, photo, word }: MapHits) =>
    [region, photo, word].flatMap((value) => (value === undefined ? [] : figure(value))).join(', ')
  const maps = sizes.map(({ share, heat: { chance, quick, full } }) => ({
    kind: `heat map, things of ${sideOf(share)}`,
    measure: `maximum on the thing, by region, photo${full.word === undefined ? '' : ', word'}`,
    value: hits(full),
    comparedWith: `quick: ${hits(quick)}; chance: ${figure(chance)}`,
  }))
  return [...regions, ...small, ...maps]
}

const SMALL_BY = ['photo', 'sketch', 'word'] as const

function feedbackRows({ embedders }: EvaluationReport, embedder: string): SummaryRow[] {
  const [before, ...rounds] = embedders[embedder]!.feedback ?? []
  if (before === undefined) return []
  const row = {
    kind: 'feedback',
    measure: `P@20 after ${rounds.map((_, n) => n + 1).join(', ')} rounds`,
    value: rounds.map(figure).join(', '),
    comparedWith: `before: ${figure(before)}`,
  }
  return [row]
}

export function sideOf(share: number): string {
  return `1/${Math.round(1 / share)}`
}

function figure(value: number): string {
  return value.toFixed(3)
}
