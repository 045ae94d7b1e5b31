import { COMPUTED_ROWS, type Measurement, UNFILTERED } from './measurement.ts'
import { extended, type Growth, type SizedValue } from './slope.ts'

const PANEL = { width: 260, height: 220, left: 58, top: 34, gap: 66 }
const COLOURS = ['#0b6e99', '#c4541a', '#3f7d34', '#7a4fa3']
const MIN_ROWS = 10_000
const GIBIBYTE = 2 ** 30

interface Panel {
  title: string
  growth: Growth
  of: (one: Measurement) => number
}

const PANELS: Panel[] = [
  { title: 'search, median, ms', growth: 'search', of: ({ p50Ms }) => p50Ms },
  { title: 'memory of the index, GiB', growth: 'memory', of: ({ memoryBytes }) => memoryBytes / GIBIBYTE },
  { title: 'building, s of one core', growth: 'building', of: ({ buildS }) => buildS },
]

/** Curves by the number of rows on logarithmic scales, without a filter; computed points are hollow. */
export function scalingPlot(measurements: readonly Measurement[]): string {
  const databases = [...new Set(measurements.map(({ database }) => database))]
  const unfiltered = measurements.filter(({ filter }) => filter === UNFILTERED)
  const step = PANEL.width + PANEL.gap
  const width = PANELS.length * step + PANEL.left - PANEL.gap + 16
  const height = PANEL.top + PANEL.height + 66
  const panels = PANELS.map(({ title, growth, of }, n) => {
    const series = databases.map((database) =>
      extended(
        unfiltered
          .filter((one) => one.database === database)
          .map((one) => ({ rows: one.rows, value: of(one) })),
        COMPUTED_ROWS,
        growth,
      ),
    )
    return `<g transform="translate(${PANEL.left + n * step} ${PANEL.top})">${panel(title, series)}</g>`
  })
  const legend = databases.map((database, n) => {
    const x = PANEL.left + n * 210
    const y = height - 14
    return `<circle cx="${x}" cy="${y - 4}" r="4" fill="${COLOURS[n]}"/><text x="${x + 10}" y="${y}">${database}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12">
<title>Median time of a search, memory of the index and time of building it, by the number of rows</title>
<rect width="100%" height="100%" fill="#fff"/>
${[...panels, ...legend].join('\n')}
</svg>
`
}

function panel(title: string, series: readonly SizedValue[][]): string {
  const values = series.flat().map(({ value }) => value)
  const [low, high] = [decade(Math.min(...values), Math.floor), decade(Math.max(...values), Math.ceil)]
  const decades = Math.log10(COMPUTED_ROWS / MIN_ROWS)
  const x = (rows: number) => (Math.log10(rows / MIN_ROWS) / decades) * PANEL.width
  const y = (value: number) => PANEL.height * (1 - (Math.log10(value) - low) / Math.max(1, high - low))
  const lines: string[] = [`<text x="0" y="-14" font-weight="bold">${title}</text>`]
  for (let power = low; power <= high; power++) {
    const at = y(10 ** power).toFixed(1)
    lines.push(`<path d="M0 ${at}H${PANEL.width}" stroke="#ddd"/>`)
    lines.push(`<text x="-6" y="${Number(at) + 4}" text-anchor="end">${10 ** power}</text>`)
  }
  for (let power = 0; power <= decades; power++)
    lines.push(
      `<text x="${x(MIN_ROWS * 10 ** power)}" y="${PANEL.height + 18}" text-anchor="middle">10<tspan dy="-5" font-size="9">${Math.log10(MIN_ROWS) + power}</tspan></text>`,
    )
  return [...lines, ...series.map((points, n) => curve(points, COLOURS[n]!, x, y))].join('')
}

function curve(
  points: readonly SizedValue[],
  colour: string,
  x: (rows: number) => number,
  y: (value: number) => number,
): string {
  const place = ({ rows, value }: SizedValue) => `${x(rows).toFixed(1)} ${y(value).toFixed(1)}`
  const segments = points.slice(1).map((point, n) => {
    const dashes = point.isComputed ? ' stroke-dasharray="4 3"' : ''
    return `<path d="M${place(points[n]!)}L${place(point)}" stroke="${colour}" stroke-width="2" fill="none"${dashes}/>`
  })
  const dots = points.map((point) => {
    const [cx, cy] = place(point).split(' ')
    const fill = point.isComputed ? '#fff' : colour
    return `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${fill}" stroke="${colour}" stroke-width="1.5"/>`
  })
  return [...segments, ...dots].join('')
}

function decade(value: number, round: (power: number) => number): number {
  return round(Math.log10(value))
}
