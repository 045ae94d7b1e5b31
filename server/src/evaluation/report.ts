import { join } from 'node:path'
import { decodeImage } from '../gallery/decode.ts'
import { makeThumbnail } from '../gallery/thumbnails.ts'
import { type ClassScores, type Evaluation, METRICS, type Sample } from './evaluate.ts'
import { leftOut } from './items.ts'
import { RECALL_LEVELS } from './metrics.ts'
import { readPictures } from './read-pictures.ts'
import type { EvaluationReport } from './run.ts'

const THUMBNAIL = { width: 96, height: 96 }
const MAX_PIXELS = 200_000_000
const CHART = { width: 200, height: 120, left: 28, bottom: 16 }
const COLOURS = ['#9a948a', '#2f7fb5', '#c2410c', '#3f8f4f', '#7c4dbd']

const STYLE = `
:root { color-scheme: light dark; --page: #faf9f6; --ink: #211f1b; --muted: #6a655b; --line: #ddd8cc; --right: #2e8b57; --wrong: #c23b2e }
@media (prefers-color-scheme: dark) { :root { --page: #161513; --ink: #efebe3; --muted: #a8a196; --line: #3a3630; --right: #5fbf87; --wrong: #ef7b6c } }
body { margin: 2rem auto; max-width: 76rem; padding: 0 1rem; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
table { border-collapse: collapse; font-variant-numeric: tabular-nums } th, td { padding: .25rem .9rem .25rem 0; text-align: right; border-bottom: 1px solid var(--line) } th:first-child, td:first-child { text-align: left }
.wide { overflow-x: auto; background: linear-gradient(to right, var(--page) 30%, transparent), linear-gradient(to left, var(--page) 30%, transparent) right, linear-gradient(to right, var(--muted), transparent), linear-gradient(to left, var(--muted), transparent) right; background-repeat: no-repeat; background-size: 2.5rem 100%, 2.5rem 100%, .6rem 100%, .6rem 100%; background-attachment: local, local, scroll, scroll }
.classes { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 1rem } figure { margin: 0 } figcaption { font-size: 13px } small, .muted { color: var(--muted) }
.sample { display: flex; gap: 6px; overflow-x: auto; padding: 6px 0; border-bottom: 1px solid var(--line); align-items: center }
.sample img { width: 84px; height: 84px; object-fit: cover; border: 4px solid var(--line); border-radius: 6px; flex: none; background: #fff }
.sample img.right { border-color: var(--right) } .sample img.wrong { border-color: var(--wrong) } .sample img.exact { outline: 3px solid var(--ink) } .sample img.query { margin-right: 14px }
.key span { display: inline-block; width: 1rem; height: 3px; vertical-align: middle; margin: 0 .3rem 0 1rem }
svg text { fill: var(--muted); font-size: 9px } svg .axis { stroke: var(--line) }`

/**
 * One page that needs no other file: the table, each class's curve, and the results of some queries. A picture that can't be read any
 * more has an empty place.
 */
export async function renderReport(
  report: EvaluationReport,
  onWarning: (message: string) => void,
): Promise<string> {
  const { embedders, gallery, queries } = report
  const names = Object.keys(embedders)
  const last = embedders[names.at(-1)!]!
  const pictures = await picturesOf(last.samples, report, onWarning)
  const key = names.map(
    (name, n) => `<span style="background:${COLOURS[n % COLOURS.length]}"></span>${escapeHtml(name)}`,
  )
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Evaluation of ${escapeHtml(names.at(-1)!)}</title><style>${STYLE}</style>
<h1>Evaluation of ${escapeHtml(names.at(-1)!)}</h1>
<p>${queries.images} queries (${queries.kind}) from ${escapeHtml(queries.directory)}; ${gallery.images} images of ${gallery.classes} classes from ${escapeHtml(gallery.directory)}.</p>
<div class="wide" tabindex="0">${overallTable(embedders)}</div>
${feedbackTable(embedders)}${closeTable(embedders)}<h2>Precision at each recall, by class</h2>
<p class="key">${key.join('')}</p>
<div class="classes">${classCharts(embedders).join('\n')}</div>
<h2>Results of some queries</h2>
<p class="muted">The query, then the first ten answers of ${escapeHtml(names.at(-1)!)}: green ones are of the query's class, red ones are not, an outline marks the image that the query was drawn from.</p>
${last.samples.map((sample) => sampleRow(sample, pictures)).join('\n')}
</html>
`
}

function overallTable(embedders: EvaluationReport['embedders']): string {
  const rows = Object.entries(embedders).map(([name, { overall }]) => {
    const values = METRICS.flatMap(([, key]) => overall[key] ?? [])
    const cells = values.map((value) => `<td>${value.toFixed(4)}</td>`)
    return `<tr><td>${escapeHtml(name)}</td>${cells.join('')}</tr>`
  })
  const shown = METRICS.filter(([, key]) =>
    Object.values(embedders).some(({ overall }) => overall[key] !== undefined),
  )
  const heads = shown.map(([heading]) => `<th>${heading}</th>`)
  return `<table><tr><th>embedder</th>${heads.join('')}</tr>${rows.join('')}</table>`
}

function feedbackTable(embedders: EvaluationReport['embedders']): string {
  const rows = Object.entries(embedders).flatMap(([name, { feedback }]) =>
    feedback === undefined ? [] : [[name, ...feedback.map((precision) => precision.toFixed(4))]],
  )
  const heads = ['embedder', ...(rows[0] ?? ['']).slice(1).map((_, round) => String(round))]
  return section('Precision of the first 20 results after rounds of feedback', heads, rows)
}

function closeTable(embedders: EvaluationReport['embedders']): string {
  const rows = Object.entries(embedders).flatMap(([name, { close }]) =>
    close === undefined
      ? []
      : [[name, String(close.score), close.precision.toFixed(4), close.recall.toFixed(4)]],
  )
  return section('Close matches', ['embedder', 'from', 'precision', 'recall'], rows)
}

/** A heading with a table; nothing without rows. */
function section(heading: string, heads: readonly string[], rows: readonly string[][]): string {
  if (rows.length === 0) return ''
  const line = (tag: string, cells: readonly string[]) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`
  const body = rows.map((row) => line('td', row)).join('')
  return `<h2>${heading}</h2>\n<div class="wide" tabindex="0"><table>${line('th', heads)}${body}</table></div>\n`
}

function classCharts(embedders: EvaluationReport['embedders']): string[] {
  const evaluations = Object.values(embedders)
  const last = evaluations.at(-1)!.classes
  return Object.entries(last)
    .toSorted(([, a], [, b]) => b.meanAveragePrecision - a.meanAveragePrecision)
    .map(([className, scores]) => {
      const lines = evaluations.map((evaluation, n) =>
        curveOf(evaluation, className, COLOURS[n % COLOURS.length]!),
      )
      return `<figure>${chart(className, lines.join(''))}<figcaption>${escapeHtml(className)} <small>${caption(scores)}</small></figcaption></figure>`
    })
}

function caption({ meanAveragePrecision, queries, images }: ClassScores): string {
  return `mAP ${meanAveragePrecision.toFixed(3)}, ${queries} queries, ${images} images`
}

function curveOf({ classes }: Evaluation, className: string, colour: string): string {
  const curve = classes[className]?.curve
  if (curve === undefined) return ''
  const points = curve.map((precision, i) => {
    const x = CHART.left + RECALL_LEVELS[i]! * (CHART.width - CHART.left - 4)
    const y = 4 + (1 - precision) * (CHART.height - CHART.bottom - 4)
    return `${x.toFixed(1)},${y.toFixed(1)}`
  })
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`
}

function chart(className: string, lines: string): string {
  const { width, height, left, bottom } = CHART
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Precision at each recall: ${escapeHtml(className)}"><path class="axis" fill="none" d="M${left} 4V${height - bottom}H${width - 4}"/><text x="4" y="10">1</text><text x="4" y="${height - bottom}">0</text><text x="${left}" y="${height - 4}">recall 0</text><text x="${width - 12}" y="${height - 4}">1</text>${lines}</svg>`
}

function sampleRow({ query, answers }: Sample, pictures: ReadonlyMap<string, string>): string {
  const picture = (key: string, title: string, classes: string) =>
    `<img class="${classes}" src="${pictures.get(key) ?? ''}" alt="${escapeHtml(title)}" title="${escapeHtml(title)}">`
  const found = answers.map(({ item, isRight, isExact }) =>
    picture(`gallery ${item.path}`, item.path, `${isRight ? 'right' : 'wrong'}${isExact ? ' exact' : ''}`),
  )
  return `<div class="sample">${picture(`query ${query.path}`, query.path, 'query')}${found.join('')}</div>`
}

/** Small versions as data URLs. */
async function picturesOf(
  samples: readonly Sample[],
  { gallery, queries }: EvaluationReport,
  onWarning: (message: string) => void,
): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const { query, answers } of samples) {
    files.set(`query ${query.path}`, join(queries.directory, query.path))
    for (const { item } of answers) files.set(`gallery ${item.path}`, join(gallery.directory, item.path))
  }
  const thumbnail = async (bytes: Uint8Array) => {
    const decoded = await decodeImage(bytes, THUMBNAIL, { maxPixels: MAX_PIXELS })
    return makeThumbnail(bytes, decoded, THUMBNAIL)
  }
  const items = [...files].map(([key, file]) => ({ key, file }))
  const pictures = await readPictures(items, thumbnail, ({ file }, error) => onWarning(leftOut(file, error)))
  return new Map(
    pictures.map(({ item, image }) => [
      item.key,
      `data:image/webp;base64,${Buffer.from(image).toString('base64')}`,
    ]),
  )
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
