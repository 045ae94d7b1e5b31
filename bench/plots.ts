/**
 * `node bench/plots.ts`: draws the plots of `bench/results/report.md` from the figures in `bench/results/`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIGURES, type SideBySide } from './side-by-side-figures.ts'

const RESULTS = join(import.meta.dirname, 'results')
const COLOURS = ['#9aa5b1', '#2f6fde', '#7aa7f0']
const [WIDTH, BAR, GAP, LABELS, VALUES] = [640, 18, 14, 240, 90]

interface Group {
  label: string
  /** A value for each series. */
  values: number[]
  format: (value: number) => string
}

const versions = JSON.parse(readFileSync(FIGURES, 'utf8')) as SideBySide[]
const milliseconds = (value: number) => `${value.toFixed(0)} ms`
const perSecond = (value: number) => `${value.toFixed(0)} /s`
const group = (label: string, key: Exclude<keyof SideBySide, 'version'>, format: Group['format']): Group => ({
  label,
  values: versions.map((version) => version[key]),
  format,
})

draw(
  'versions',
  'Speed of the former and of this version',
  versions.map(({ version }) => version),
  [
    group('a sketch, one client: median', 'medianMs', milliseconds),
    group('the model alone, one sketch', 'singleMs', milliseconds),
    group('sketches of 32 clients', 'queriesPerSecond', perSecond),
    group('the model alone, in batches', 'perSecond', perSecond),
    group('pictures indexed', 'indexedPerSecond', perSecond),
  ],
)

const embedders = ['classical', 'sketch-search-4', 'sketch-search-5']
const card = readFileSync(join(import.meta.dirname, '../model/README.md'), 'utf8')
const [unknownThings, unknownPhotos] = tablesOf(card)
draw('quality', 'Quality of the embedders', embedders, [
  precision('mAP, things unseen in training', unknownThings!),
  precision('mAP, photos unseen in training', unknownPhotos!),
])

/** The tables of embedders in the model card, as rows of cells. */
function tablesOf(text: string): string[][][] {
  const tables = text.match(/^\| embedder \|.*\n(?:\|.*\n)+/gm)!
  return tables.map((table) =>
    table
      .trim()
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', ''))),
  )
}

function precision(label: string, table: string[][]): Group {
  return {
    label,
    values: embedders.map((name) => Number(table.find(([, cell]) => cell === name)![2])),
    format: (value) => value.toFixed(3),
  }
}

/** Draws a bar for each value; the bars of a group have a scale of their own. */
function draw(name: string, title: string, series: string[], groups: Group[]): void {
  const top = 30
  const groupHeight = series.length * BAR + GAP
  const height = top + groups.length * groupHeight
  const bars = groups.flatMap(({ label, values, format }, g) => {
    const y = top + g * groupHeight
    const scale = (WIDTH - LABELS - VALUES) / Math.max(...values)
    return [
      text(LABELS - 10, y + (series.length * BAR) / 2 + 4, label, 'end'),
      ...values.flatMap((value, n) => [
        rectangle(LABELS, y + n * BAR, value * scale, BAR - 3, COLOURS[n]!),
        text(LABELS + value * scale + 6, y + n * BAR + 12, format(value)),
      ]),
    ]
  })
  const legend = series.flatMap((label, n) => [
    rectangle(LABELS + n * 130, 6, 12, 12, COLOURS[n]!),
    text(LABELS + n * 130 + 18, 17, label),
  ])
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13">
<title>${title}</title>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
${[...legend, ...bars].join('\n')}
</svg>
`
  writeFileSync(join(RESULTS, `${name}.svg`), svg)
}

function text(x: number, y: number, content: string, anchor = 'start'): string {
  return `<text x="${x.toFixed(0)}" y="${y}" text-anchor="${anchor}" fill="#1c2430">${content}</text>`
}

function rectangle(x: number, y: number, width: number, height: number, fill: string): string {
  return `<rect x="${x}" y="${y}" width="${width.toFixed(1)}" height="${height}" fill="${fill}"/>`
}
