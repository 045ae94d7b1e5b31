import type { Random } from './random.ts'

/** Colours of one picture. */
export interface Palette {
  main: string
  second: string
  dark: string
  light: string
}

/** Draws one thing into a square of 200 × 200 units around the origin, as SVG. */
export type Subject = (random: Random, palette: Palette) => string

const round = (value: number) => value.toFixed(1)
const circle = (x: number, y: number, radius: number, fill: string) =>
  `<circle cx="${round(x)}" cy="${round(y)}" r="${round(radius)}" fill="${fill}"/>`
const rect = (x: number, y: number, width: number, height: number, fill: string, rounding = 0) =>
  `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${rounding}" fill="${fill}"/>`
const path = (d: string, fill: string, stroke = 'none', width = 0) =>
  `<path d="${d}" fill="${fill}" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`
const polygon = (points: [number, number][], fill: string) =>
  `<polygon points="${points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ')}" fill="${fill}"/>`

function fish(random: Random, { main, second, dark, light }: Palette): string {
  const height = random.between(38, 62)
  const tail = random.between(30, 46)
  return [
    path(`M45 0L92 ${-tail}Q78 0 92 ${tail}Z`, second),
    path(`M-88 0Q-20 ${-height * 1.5} 55 0Q-20 ${height * 1.5} -88 0Z`, main),
    path(`M-18 ${-height * 0.66}Q10 ${-height * 1.35} 26 ${-height * 0.42}Z`, second),
    circle(-55, -9, 9, light),
    circle(-57, -9, 4.5, dark),
  ].join('')
}

function house(random: Random, { main, second, dark, light }: Palette): string {
  const eaves = random.between(-20, 0)
  const peak = random.between(-92, -70)
  const door = random.between(-45, 15)
  return [
    random.chance(0.6) ? rect(34, peak + 8, 18, 50, dark) : '',
    rect(-70, eaves, 140, 90 - eaves, main),
    polygon(
      [
        [-86, eaves],
        [0, peak],
        [86, eaves],
      ],
      second,
    ),
    rect(door, 36, 30, 54, dark),
    rect(door > -15 ? -52 : 22, 14, 32, 30, light),
  ].join('')
}

function cup(random: Random, { main, second, dark }: Palette): string {
  const taper = random.between(0, 18)
  const top = random.between(-70, -55)
  return [
    path(`M48 ${top + 28}Q104 ${top + 24} 92 10Q84 48 42 46`, 'none', main, random.between(13, 19)),
    path(
      `M-60 ${top}H56L${56 - taper} 78Q${54 - taper} 84 ${44 - taper} 84H${-46 + taper}Q${-58 + taper} 84 ${-60 + taper} 78Z`,
      main,
    ),
    `<ellipse cx="-2" cy="${round(top)}" rx="58" ry="${round(random.between(8, 15))}" fill="${dark}"/>`,
    random.chance(0.5) ? rect(-60 + taper / 2, 5, 116 - taper, 18, second) : '',
  ].join('')
}

function tree(random: Random, { main, second, dark }: Palette): string {
  const trunk = rect(-11, 20, 22, 75, dark)
  if (random.chance(0.45)) {
    const layers = [-90, -55, -18].map((y, i) =>
      polygon(
        [
          [-38 - i * 15, y + 55],
          [0, y],
          [38 + i * 15, y + 55],
        ],
        i % 2 ? second : main,
      ),
    )
    return trunk + layers.toReversed().join('')
  }
  return (
    trunk +
    [
      circle(-32, -14, 38, main),
      circle(34, -12, 36, main),
      circle(0, -46, 46, main),
      circle(12, -30, 16, second),
    ].join('')
  )
}

function star(random: Random, { main, light }: Palette): string {
  const points = random.pick([5, 5, 5, 6])
  const inner = random.between(34, 46)
  const corners = Array.from({ length: points * 2 }, (_, i): [number, number] => {
    const angle = (i * Math.PI) / points - Math.PI / 2
    const radius = i % 2 === 0 ? 92 : inner
    return [radius * Math.cos(angle), radius * Math.sin(angle)]
  })
  return polygon(corners, main) + (random.chance(0.3) ? circle(0, 0, inner * 0.5, light) : '')
}

function bicycle(random: Random, { main, dark }: Palette): string {
  const radius = random.between(34, 42)
  const wheel = (x: number) =>
    `<circle cx="${x}" cy="40" r="${round(radius)}" fill="none" stroke="${dark}" stroke-width="7"/>`
  const handle = random.between(44, 54)
  return [
    wheel(-55),
    wheel(55),
    path(`M-55 40L-24 -22H36L-4 40H-55M-4 40L-30 -38M55 40L${handle - 14} -44`, 'none', main, 8),
    path(`M-46 -40H-14M${handle - 14} -44H${handle + 14}`, 'none', dark, 9),
  ].join('')
}

function car(random: Random, { main, dark, light }: Palette): string {
  const roof = random.between(-56, -40)
  const nose = random.between(60, 78)
  return [
    path(`M-94 40V6Q-90 -8 -66 -8L-40 ${roof}H24L${nose - 14} -8Q94 -4 94 14V40Z`, main),
    path(`M-48 -8L-34 ${roof + 10}H-8V-8ZM2 -8V${roof + 10}H20L${nose - 28} -8Z`, light),
    ...[-52, 52].map((x) => circle(x, 42, 22, dark) + circle(x, 42, 9, light)),
  ].join('')
}

function boat(random: Random, { main, second, dark }: Palette): string {
  const mast = random.between(-96, -80)
  return [
    path(`M-90 40H90Q74 86 46 86H-48Q-74 84 -90 40Z`, main),
    rect(-4, mast, 7, 42 - mast, dark),
    polygon(
      [
        [10, mast + 8],
        [10, 28],
        [random.between(62, 82), 28],
      ],
      second,
    ),
    random.chance(0.7)
      ? polygon(
          [
            [-12, mast + 20],
            [-12, 28],
            [-58, 28],
          ],
          second,
        )
      : '',
  ].join('')
}

function flower(random: Random, { main, second }: Palette): string {
  const petals = random.pick([5, 6, 8])
  const parts = Array.from({ length: petals }, (_, i) => {
    const turn = (360 / petals) * i
    return `<ellipse cx="0" cy="-44" rx="${round(150 / petals)}" ry="30" fill="${main}" transform="translate(0 -22) rotate(${turn})"/>`
  })
  return [
    path('M0 -10Q6 50 0 96', 'none', '#3f7d3a', 9),
    path('M2 60Q40 30 56 52Q34 76 2 60Z', '#4c9447'),
    ...parts,
    circle(0, -22, 20, second),
  ].join('')
}

function umbrella(random: Random, { main, second, dark }: Palette): string {
  const drop = random.between(-2, 12)
  return [
    path(`M0 ${drop - 10}V70Q0 92 20 92Q36 92 36 74`, 'none', dark, 8),
    path(
      `M-94 ${drop}Q-88 -84 0 -88Q88 -84 94 ${drop}Q78 ${drop - 18} 62 ${drop}Q46 ${drop - 18} 31 ${drop}Q15 ${drop - 18} 0 ${drop}Q-15 ${drop - 18} -31 ${drop}Q-46 ${drop - 18} -62 ${drop}Q-78 ${drop - 18} -94 ${drop}Z`,
      main,
    ),
    path(`M0 -88Q-34 -50 -31 ${drop}Q-15 ${drop - 18} 0 ${drop}Z`, second),
  ].join('')
}

function heart(random: Random, { main, light }: Palette): string {
  const dip = random.between(-48, -34)
  return (
    path(
      `M0 88Q-96 20 -88 -34Q-78 -84 -36 -80Q-8 -76 0 ${dip}Q8 -76 36 -80Q78 -84 88 -34Q96 20 0 88Z`,
      main,
    ) + (random.chance(0.5) ? path('M-62 -34Q-56 -58 -38 -58', 'none', light, 9) : '')
  )
}

function lamp(random: Random, { main, second, dark }: Palette): string {
  const top = random.between(22, 40)
  return [
    path(`M${-top} -84H${top}L72 -4H-72Z`, main),
    rect(-6, -4, 12, 78, dark),
    random.chance(0.5) ? circle(0, 34, 20, second) : '',
    path('M-44 88Q-40 70 0 70Q40 70 44 88Z', dark),
  ].join('')
}

export const SUBJECTS: Readonly<Record<string, Subject>> = {
  bicycle,
  boat,
  car,
  cup,
  fish,
  flower,
  heart,
  house,
  lamp,
  star,
  tree,
  umbrella,
}
