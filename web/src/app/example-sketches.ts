import type { Stroke, StrokePoint } from '../sketch/stroke.ts'

const PRESSURE = 0.5
const WIDTH = 14
const FRAME_MS = 16

/** A curve through points, of which every third is on it (cubic Bézier), in units of the sheet. */
function curve(...points: [x: number, y: number][]): Stroke {
  const drawn: StrokePoint[] = []
  for (let n = 0; n + 3 < points.length; n += 3) {
    const [a, b, c, d] = points.slice(n, n + 4) as [
      [number, number],
      [number, number],
      [number, number],
      [number, number],
    ]
    for (let step = n === 0 ? 0 : 1; step <= 12; step++) {
      const t = step / 12
      const weights = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t ** 2 * (1 - t), t ** 3] as const
      const mix = (at: 0 | 1) =>
        weights[0] * a[at] + weights[1] * b[at] + weights[2] * c[at] + weights[3] * d[at]
      drawn.push([mix(0), mix(1), PRESSURE, drawn.length * FRAME_MS])
    }
  }
  return { tool: 'pen', size: WIDTH, points: drawn }
}

function line(...points: [x: number, y: number][]): Stroke {
  return { tool: 'pen', size: WIDTH, points: points.map(([x, y], n) => [x, y, PRESSURE, n * FRAME_MS]) }
}

const LIGHTHOUSE = [
  line([430, 320], [390, 760]),
  line([570, 320], [610, 760]),
  line([400, 320], [600, 320]),
  line([440, 320], [440, 220], [560, 220], [560, 320]),
  line([420, 220], [500, 140], [580, 220]),
  line([415, 480], [585, 480]),
  line([400, 620], [600, 620]),
  curve([180, 800], [260, 720], [740, 720], [820, 800], [760, 860], [240, 860], [180, 800]),
]
const BIRD = [
  curve([240, 430], [300, 320], [420, 300], [500, 400], [600, 460], [740, 440], [860, 400]),
  curve([240, 430], [280, 620], [560, 640], [680, 520], [740, 470], [800, 440], [860, 400]),
  line([250, 400], [150, 420], [245, 450]),
  curve([430, 480], [520, 460], [600, 480], [640, 540]),
  line([430, 610], [420, 780]),
  line([500, 610], [500, 780]),
  curve([300, 400], [305, 392], [315, 392], [318, 402]),
]
const TEAPOT = [
  curve(
    [330, 420],
    [260, 520],
    [300, 720],
    [420, 740],
    [500, 750],
    [600, 750],
    [640, 730],
    [740, 680],
    [760, 520],
    [690, 420],
  ),
  curve([330, 420], [420, 370], [600, 370], [690, 420]),
  curve([470, 380], [470, 330], [550, 330], [550, 380]),
  curve([310, 560], [220, 560], [220, 440], [150, 410]),
  curve([300, 650], [200, 640], [180, 520], [150, 410]),
  curve([725, 480], [860, 440], [880, 640], [735, 640]),
]

/** Drawings to try the search with, in the order of their names in the catalog. */
export const EXAMPLES: readonly (readonly Stroke[])[] = [LIGHTHOUSE, BIRD, TEAPOT]
