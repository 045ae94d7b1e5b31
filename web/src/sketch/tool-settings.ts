import { getStored, setStored } from '../components/stored.ts'
import { INK } from './stroke.ts'

export type Tool = 'pen' | 'brush' | 'eraser' | 'select'

export interface ToolSettings {
  tool: Tool
  /** In pixels of a sheet of usual size. */
  width: number
  colour: string
  /** The colour of the user's own choice. */
  ownColour: string | undefined
  /** Whether every stroke of the pen is tidied. */
  isTidying: boolean
  /** Whether the eraser takes strokes as a whole. */
  erasesWhole: boolean
  /** Whether fingers draw although a pen has been used. */
  drawsWithFingers: boolean
  /** Whether the sheet is white in the dark theme, too. */
  isPaperWhite: boolean
  /** Whether upright tools stand on the right. */
  areToolsOnRight: boolean
}

export const [MIN_WIDTH, MAX_WIDTH] = [2, 24]
export const WIDTH_PRESETS = [3, 6, 12] as const

export const INKS = [
  ['black', INK],
  ['grey', '#8a8a84'],
  ['brown', '#b4532a'],
  ['orange', '#d9730d'],
  ['yellow', '#e8b931'],
  ['green', '#3f8f4f'],
  ['teal', '#2f9aa0'],
  ['blue', '#2f7dbd'],
  ['violet', '#6d56c9'],
  ['pink', '#c24a8b'],
  ['red', '#c8281e'],
] as const

const INITIAL: ToolSettings = {
  tool: 'pen',
  width: WIDTH_PRESETS[1],
  colour: INK,
  ownColour: undefined,
  isTidying: false,
  erasesWhole: false,
  drawsWithFingers: false,
  isPaperWhite: false,
  areToolsOnRight: false,
}

/** Chooses the eraser; once more switches between parts and whole strokes. */
export function eraserChosen({ tool, erasesWhole }: ToolSettings): Partial<ToolSettings> {
  return { tool: 'eraser', erasesWhole: erasesWhole !== (tool === 'eraser') }
}

const KEY = 'sheet-tools'

export function loadToolSettings(): ToolSettings {
  return toolSettingsOf(getStored(KEY))
}

export function saveToolSettings(settings: ToolSettings): void {
  setStored(KEY, JSON.stringify(settings))
}

/** Invalid values are replaced by the initial ones. */
function toolSettingsOf(text: string | null): ToolSettings {
  const kept = objectOf(text)
  const isColour = (value: unknown): value is string =>
    typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value)
  const isOn = (key: keyof ToolSettings) => kept[key] === true
  const { tool, width } = kept
  return {
    // The sheet opens with something to draw with.
    tool: tool === 'brush' ? tool : INITIAL.tool,
    width: typeof width === 'number' && width >= MIN_WIDTH && width <= MAX_WIDTH ? width : INITIAL.width,
    colour: isColour(kept.colour) ? kept.colour : INITIAL.colour,
    ownColour: isColour(kept.ownColour) ? kept.ownColour : undefined,
    isTidying: isOn('isTidying'),
    erasesWhole: isOn('erasesWhole'),
    drawsWithFingers: isOn('drawsWithFingers'),
    isPaperWhite: isOn('isPaperWhite'),
    areToolsOnRight: isOn('areToolsOnRight'),
  }
}

function objectOf(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
