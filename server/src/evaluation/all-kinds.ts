import type { Config } from '../config/schema.ts'
import { DomainError, type ErrorCode } from '../errors.ts'
import type { WindowSize } from '../gallery/windows.ts'
import { assertPairs, type ColourReport, evaluateColours } from './coloured-sketches.ts'
import { sideOf } from './composites.ts'
import type { Reporter } from './embed.ts'
import { itemsIn } from './items.ts'
import { evaluatePasted, type MapHits, type PastedReport } from './pasted-objects.ts'
import { divide } from './pasted-sets.ts'
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
  words: WordReport | undefined
  colours: ColourReport | undefined
  pasted: PastedReport | undefined
  /** Why a kind has no report. */
  missing: Partial<Record<'words' | 'colours' | 'pasted', string>>
}

/**
 * Evaluates an embedder for each kind of query. A kind that the data or the embedder do not allow has no report, and the others are kept.
 * @throws {DomainError} as the evaluation of sketches, or if the folders cannot be used for another kind
 */
export async function evaluateAllKinds(config: Config, request: AllKindsRequest): Promise<AllKindsReport> {
  await assertUsable(request)
  const { scenes } = request
  const missing: AllKindsReport['missing'] = {
    ...(!request.hasPairs && { colours: 'Colours need sketches of single photos: see --pairs.' }),
    ...(scenes === undefined && {
      pasted: 'Regions, small things and heat maps need photos to paste into: see --scenes.',
    }),
  }
  const unlessRefused = <T>(kind: keyof typeof missing, evaluation: Promise<T>): Promise<T | undefined> =>
    evaluation.catch((error) => {
      if (!(error instanceof DomainError) || !REFUSALS.has(error.code)) throw error
      missing[kind] = error.message
      return undefined
    })
  return {
    sketches: await evaluateEmbedders(config, {
      ...request,
      kind: 'sketch',
      embedders: [request.embedder],
      hasFeedback: true,
      expandsSketches: true,
    }),
    words: await unlessRefused('words', evaluateWords(config, request)),
    colours: request.hasPairs ? await unlessRefused('colours', evaluateColours(config, request)) : undefined,
    pasted:
      scenes === undefined
        ? undefined
        : await unlessRefused('pasted', evaluatePasted(config, { ...request, scenes })),
    missing,
  }
}

/** Errors that another kind of query may not have. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'not_supported',
  'unknown_word',
  'invalid_request',
  'embedder_failed',
])

/** Scenes and pairs are used last: a folder that does not suit is reported before hours of work. */
async function assertUsable({ gallery, queries, scenes, hasPairs, limit }: AllKindsRequest): Promise<void> {
  if (scenes === undefined && !hasPairs) return
  const list = (directory: string, flag: string) => itemsIn(directory, flag, () => {})
  const photos = await list(gallery, '--gallery')
  if (hasPairs) assertPairs(await list(queries, '--queries'), photos)
  if (scenes !== undefined) divide({ photos, scenes: await list(scenes, '--scenes'), limit })
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
    [region, photo, ...(word === undefined ? [] : [word])].map(figure).join(', ')
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

function figure(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(3)
}
