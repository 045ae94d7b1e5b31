import sharp, { type Sharp } from 'sharp'

/** Width and height of the test picture; both differ, so that a quarter turn shows. */
export const WIDTH = 96
export const HEIGHT = 64

export type Colour = readonly [red: number, green: number, blue: number]

/** Colours at the top left, top right, bottom left and bottom right. */
export const QUADRANTS: readonly Colour[] = [
  [230, 20, 20],
  [20, 200, 20],
  [20, 20, 230],
  [240, 240, 20],
]

/** The colour of the test picture at a place. */
export function colourAt(x: number, y: number): Colour {
  return QUADRANTS[(y >= HEIGHT / 2 ? 2 : 0) + (x >= WIDTH / 2 ? 1 : 0)]!
}

/** The test picture, `[HEIGHT, WIDTH, 3]`. */
export function quadrantPixels(): Buffer {
  const data = Buffer.alloc(WIDTH * HEIGHT * 3)
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) data.set(colourAt(x, y), (y * WIDTH + x) * 3)
  return data
}

export function quadrants(): Sharp {
  return sharp(quadrantPixels(), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
}

/** Mean colours of the centres of the quadrants of any picture. */
export function quadrantsOf({
  data,
  width,
  height,
}: {
  data: Uint8Array
  width: number
  height: number
}): Colour[] {
  return [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.25, 0.75],
    [0.75, 0.75],
  ].map(([x, y]) => {
    const at = (Math.floor(y! * height) * width + Math.floor(x! * width)) * 3
    return [data[at]!, data[at + 1]!, data[at + 2]!]
  })
}

/** Greatest difference of a channel between two lists of colours. */
export function distance(a: readonly Colour[], b: readonly Colour[]): number {
  return Math.max(
    ...a.flatMap((colour, n) => colour.map((value, channel) => Math.abs(value - b[n]![channel]!))),
  )
}
