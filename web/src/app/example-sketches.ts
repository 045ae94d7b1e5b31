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

/** A loop from the centre outwards and back, as wide as the angle between two petals. */
function petal(angle: number): Stroke {
  const at = (turn: number, radius: number): [number, number] => [
    500 + radius * Math.cos(angle + turn),
    350 + radius * Math.sin(angle + turn),
  ]
  return curve(
    at(-0.3, 80),
    at(-0.7, 250),
    at(-0.3, 290),
    at(0, 270),
    at(0.3, 290),
    at(0.7, 250),
    at(0.3, 80),
  )
}

const HOUSE = [
  line([220, 500], [220, 830], [780, 830], [780, 500]),
  line([130, 500], [500, 180], [870, 500], [130, 500]),
  line([430, 830], [430, 620], [560, 620], [560, 830]),
  line([280, 570], [375, 570], [375, 680], [280, 680], [280, 570]),
  line([625, 570], [720, 570], [720, 680], [625, 680], [625, 570]),
  line([650, 305], [650, 200], [720, 200], [720, 365]),
]
const FLOWER = [
  curve([580, 350], [580, 456], [420, 456], [420, 350], [420, 244], [580, 244], [580, 350]),
  ...Array.from({ length: 6 }, (_, n) => petal(((n + 0.5) * Math.PI) / 3)),
  curve([500, 610], [520, 720], [510, 830], [490, 940]),
  curve([508, 830], [580, 700], [680, 690], [750, 700], [720, 800], [620, 850], [508, 830]),
]
const FISH = [
  curve([130, 500], [250, 320], [520, 230], [740, 500]),
  curve([130, 500], [250, 680], [520, 770], [740, 500]),
  line([735, 495], [900, 330], [860, 500], [900, 670], [735, 505]),
  curve([270, 450], [270, 477], [230, 477], [230, 450], [230, 423], [270, 423], [270, 450]),
  curve([350, 370], [410, 450], [410, 550], [350, 630]),
  curve([400, 342], [440, 240], [540, 200], [610, 378]),
  curve([440, 660], [480, 760], [570, 770], [600, 628]),
]

/** Drawings to try the search with, in the order of their names in the catalog: things that most galleries have. */
export const EXAMPLES: readonly (readonly Stroke[])[] = [HOUSE, FLOWER, FISH]
