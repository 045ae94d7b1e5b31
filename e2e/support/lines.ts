import type { Line } from './browser.ts'

type Points = readonly (readonly [x: number, y: number])[]

/** Straight lines from point to point. */
export const line = (...points: Points): Line => points.map(([x, y]) => [x, y])

/** A smooth line through the points. */
export function curve(...points: Points): Line {
  const at = (n: number) => points[Math.max(0, Math.min(points.length - 1, n))]!
  const line: Line = []
  for (let n = 0; n < points.length - 1; n++) {
    const [a, b, c, d] = [at(n - 1), at(n), at(n + 1), at(n + 2)]
    for (let step = 0; step < 6; step++) {
      const t = step / 6
      const along = (axis: 0 | 1) =>
        b[axis] +
        0.5 * t * (c[axis] - a[axis] + t * (2 * a[axis] - 5 * b[axis] + 4 * c[axis] - d[axis])) +
        0.5 * t ** 3 * (3 * (b[axis] - c[axis]) + d[axis] - a[axis])
      line.push([along(0), along(1)])
    }
  }
  const [x, y] = at(points.length)
  return [...line, [x, y]]
}

/** Part of an oval, in turns from the right end downwards. A hand closes an oval a little beyond its beginning. */
export function oval(x: number, y: number, width: number, height = width, from = 0.6, to = 1.63): Line {
  const steps = Math.max(8, Math.round(36 * Math.abs(to - from)))
  return Array.from({ length: steps + 1 }, (_, n) => {
    const angle = 2 * Math.PI * (from + ((to - from) * n) / steps)
    return [x + width * Math.cos(angle), y + height * Math.sin(angle)]
  })
}

/** Petals around a place, each from the inner radius to the outer one and back. */
export const petals = (x: number, y: number, count: number, inner: number, outer: number): Line[] =>
  Array.from({ length: count }, (_, n) => {
    const at = (turn: number, radius: number): [number, number] => {
      const angle = 2 * Math.PI * ((n + turn) / count)
      return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)]
    }
    return curve(at(0, inner), at(0.1, outer * 0.85), at(0.5, outer), at(0.9, outer * 0.85), at(1, inner))
  })

/** Points at even distances along a line. */
export function evenly(line: Line, step: number): Line {
  const points: Line = [line[0]!]
  for (const [n, [x, y]] of line.slice(1).entries()) {
    const [beforeX, beforeY] = line[n]!
    const count = Math.max(1, Math.round(Math.hypot(x - beforeX, y - beforeY) / step))
    for (let i = 1; i <= count; i++)
      points.push([beforeX + ((x - beforeX) * i) / count, beforeY + ((y - beforeY) * i) / count])
  }
  return points
}
