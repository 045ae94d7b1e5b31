import { inkLength, type Stroke } from '../sketch/stroke.ts'

/** A colour of the drawing, with its share of the coloured ink. */
export interface InkColour {
  hex: string
  /** 0…1 */
  share: number
}

/** Below this difference between its channels, of 255, a colour counts as grey: most drawings are black. */
const MIN_CHROMA = 24

const known = new WeakMap<readonly Stroke[], InkColour[]>()

/** The colours of a drawing apart from black and greys, the most used first. */
export function coloursOf(strokes: readonly Stroke[]): InkColour[] {
  const before = known.get(strokes)
  if (before !== undefined) return before
  const amounts = new Map<string, number>()
  for (const stroke of strokes) {
    if (stroke.colour === undefined || !isColourful(stroke.colour)) continue
    amounts.set(stroke.colour, (amounts.get(stroke.colour) ?? 0) + inkLength(stroke) * stroke.size)
  }
  const all = [...amounts.values()].reduce((sum, amount) => sum + amount, 0)
  const colours = [...amounts]
    .filter(([, amount]) => amount > 0)
    .map(([hex, amount]) => ({ hex, share: amount / all }))
    .toSorted((a, b) => b.share - a.share)
  known.set(strokes, colours)
  return colours
}

function isColourful(hex: string): boolean {
  const channels = [1, 3, 5].map((start) => Number.parseInt(hex.slice(start, start + 2), 16))
  return Math.max(...channels) - Math.min(...channels) >= MIN_CHROMA
}
