import type { Line } from './browser.ts'
import { curve, oval, petals } from './lines.ts'

function turn(steps: number, at: (angle: number, step: number) => [number, number]): Line {
  return Array.from({ length: steps + 1 }, (_, step) => at((step / steps) * 2 * Math.PI, step))
}

function ring(x: number, y: number, radius: number): Line {
  return turn(24, (angle) => [x + radius * Math.cos(angle), y + radius * Math.sin(angle)])
}

export const STAR: Line[] = [
  turn(10, (angle, step) => {
    const radius = step % 2 === 0 ? 0.36 : 0.15
    return [0.5 + radius * Math.sin(angle), 0.5 - radius * Math.cos(angle)]
  }),
]

export const BICYCLE: Line[] = [
  ring(0.25, 0.65, 0.17),
  ring(0.75, 0.65, 0.17),
  [
    [0.25, 0.65],
    [0.4, 0.38],
    [0.67, 0.38],
    [0.5, 0.65],
    [0.25, 0.65],
  ],
  [
    [0.5, 0.65],
    [0.37, 0.32],
  ],
  [
    [0.75, 0.65],
    [0.63, 0.3],
  ],
  [
    [0.3, 0.31],
    [0.44, 0.31],
  ],
  [
    [0.56, 0.29],
    [0.7, 0.29],
  ],
]

export const UMBRELLA: Line[] = [
  turn(32, (angle) => [0.5 - 0.38 * Math.cos(angle / 2), 0.5 - 0.34 * Math.sin(angle / 2)]),
  [0.12, 0.25, 0.37, 0.5, 0.63, 0.75, 0.88].map((x, i) => [x, i % 2 === 0 ? 0.5 : 0.45]),
  [
    [0.5, 0.48],
    [0.5, 0.82],
    [0.55, 0.88],
    [0.62, 0.86],
    [0.64, 0.8],
  ],
]

/** A flower with a stem and a leaf. */
export const FLOWER: Line[] = [
  oval(0.5, 0.36, 0.075),
  ...petals(0.5, 0.36, 7, 0.08, 0.25),
  curve([0.5, 0.62], [0.52, 0.76], [0.49, 0.94]),
  curve([0.51, 0.82], [0.62, 0.7], [0.74, 0.72], [0.64, 0.82], [0.51, 0.83]),
]

/** A line across the middle of the sheet. */
export const LINE: Line[] = [
  [
    [0.2, 0.5],
    [0.8, 0.5],
  ],
]
