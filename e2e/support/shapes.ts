import type { Line } from './browser.ts'

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

export const LIGHTHOUSE: Line[] = [
  [
    [0.43, 0.32],
    [0.38, 0.78],
  ],
  [
    [0.57, 0.32],
    [0.62, 0.78],
  ],
  [
    [0.4, 0.32],
    [0.6, 0.32],
  ],
  [
    [0.44, 0.32],
    [0.44, 0.22],
    [0.56, 0.22],
    [0.56, 0.32],
  ],
  [
    [0.42, 0.22],
    [0.5, 0.14],
    [0.58, 0.22],
  ],
  [
    [0.15, 0.8],
    [0.85, 0.8],
  ],
]
