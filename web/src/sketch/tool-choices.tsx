import { Plus } from 'lucide-react'
import { Slider } from '../components/slider.tsx'
import { Switch } from '../components/switch.tsx'
import { messages } from '../messages/messages.ts'
import { INK } from './stroke.ts'
import type { ColourPopoverProps, ToolPopoverProps } from './tool-props.ts'
import { INKS, MAX_WIDTH, MIN_WIDTH, WIDTH_PRESETS } from './tool-settings.ts'

/** The inks, and whether colours count. */
export function ColourChoices(props: ColourPopoverProps) {
  const { tools, onTools, black, matchColours = false, onMatchColours } = props
  const shown = (colour: string) => (colour === INK ? black : colour)
  return (
    <>
      <div
        role="radiogroup"
        aria-label={messages.sheet.colour}
        className="grid grid-cols-6 justify-items-center gap-1 coarse:gap-0"
      >
        {INKS.map(([key, value]) => (
          <Swatch
            key={key}
            label={messages.sheet.colours[key]}
            colour={shown(value)}
            isChosen={tools.colour === value}
            onChoose={() => onTools({ colour: value })}
          />
        ))}
        <OwnColour tools={tools} onTools={onTools} />
      </div>
      {onMatchColours !== undefined && (
        <div className="mt-3 border-line border-t pt-2">
          <Switch
            label={messages.sheet.matchColours}
            hint={messages.sheet.colourHint}
            isOn={matchColours}
            onChange={onMatchColours}
          />
        </div>
      )}
    </>
  )
}

interface SwatchProps {
  label: string
  colour: string
  isChosen: boolean
  onChoose: () => void
}

function Swatch({ label, colour, isChosen, onChoose }: SwatchProps) {
  return (
    <label title={label} className="grid size-9 cursor-pointer place-items-center coarse:size-11">
      <input
        type="radio"
        name="ink"
        checked={isChosen}
        onChange={onChoose}
        aria-label={label}
        className="size-7.5 cursor-pointer appearance-none rounded-full ring-line ring-offset-2 ring-offset-surface forced-color-adjust-none checked:ring-2 checked:ring-ink forced-colors:border"
        style={{ backgroundColor: colour }}
      />
    </label>
  )
}

/** The user's own colour: chosen once by the browser's picker, changed by it at any time. */
function OwnColour({ tools, onTools }: Pick<ToolPopoverProps, 'tools' | 'onTools'>) {
  const { colour, ownColour } = tools
  const isChosen = colour === ownColour
  return (
    <label
      title={messages.sheet.colours.own}
      className="relative grid size-9 cursor-pointer place-items-center coarse:size-11"
    >
      <span
        className={`grid size-7.5 place-items-center rounded-full forced-color-adjust-none ${isChosen ? 'ring-2 ring-ink ring-offset-2 ring-offset-surface' : 'border border-line-strong'}`}
        style={{ backgroundColor: ownColour }}
      >
        {ownColour === undefined && <Plus className="size-4 text-ink-2" />}
      </span>
      <input
        type="color"
        value={ownColour ?? INKS[10][1]}
        aria-label={messages.sheet.colours.own}
        onClick={() => ownColour !== undefined && onTools({ colour: ownColour })}
        onChange={({ target: { value } }) => onTools({ colour: value, ownColour: value })}
        className="absolute inset-0 size-full cursor-pointer opacity-0"
      />
    </label>
  )
}

/** Three widths at a press, and any other by the slider. */
export function WidthChoices({ tools, onTools, black }: ToolPopoverProps) {
  const colour = tools.colour === INK ? black : tools.colour
  return (
    <>
      <div className="mb-2 flex gap-1.5">
        {WIDTH_PRESETS.map((width, n) => (
          <button
            key={width}
            type="button"
            aria-label={messages.sheet.widths[n]}
            aria-pressed={tools.width === width}
            onClick={() => onTools({ width })}
            className="grid h-11 flex-1 place-items-center rounded-control hover:bg-sunken aria-pressed:bg-accent-soft"
          >
            <span
              className="w-10 rounded-full forced-color-adjust-none"
              style={{ height: width, backgroundColor: colour }}
            />
          </button>
        ))}
      </div>
      <div className="flex items-center gap-3">
        <Slider
          label={messages.sheet.width}
          value={tools.width}
          min={MIN_WIDTH}
          max={MAX_WIDTH}
          valueText={messages.sheet.pixels(tools.width)}
          onChange={(width) => onTools({ width })}
          className="flex-1"
        />
        <span className="w-6 text-right text-13 text-ink-2">{tools.width}</span>
      </div>
    </>
  )
}
