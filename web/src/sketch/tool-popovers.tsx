import type { ReactNode } from 'react'
import { lazyPart } from '../components/lazy-part.tsx'
import { Popover } from '../components/popover.tsx'
import { Tooltip } from '../components/tooltip.tsx'
import { messages } from '../messages/messages.ts'
import { colourName } from './describe.ts'
import { INK } from './stroke.ts'
import type { ColourPopoverProps, ToolPopoverProps } from './tool-props.ts'

const ColourChoices = lazyPart(async () => ({ default: (await import('./tool-choices.tsx')).ColourChoices }))
const WidthChoices = lazyPart(async () => ({ default: (await import('./tool-choices.tsx')).WidthChoices }))

/** The ink in use; opens the inks, and whether colours count. */
export function ColourPopover(props: ColourPopoverProps) {
  const { tools, black, isOpen, setOpen, className } = props
  const name = messages.sheet.colours[colourName(tools.colour)]
  return (
    <Popover
      label={messages.sheet.colour}
      isOpen={isOpen}
      onOpenChange={setOpen}
      align="center"
      className="w-68"
      trigger={
        <PillButton label={`${messages.sheet.colour}: ${name}`} keys="C" className={className}>
          <span
            className="size-6 rounded-full ring-2 ring-line ring-offset-2 ring-offset-surface forced-color-adjust-none"
            style={{ backgroundColor: tools.colour === INK ? black : tools.colour }}
          />
        </PillButton>
      }
    >
      <ColourChoices {...props} />
    </Popover>
  )
}

/** Three widths at a press, and any other by the slider. */
export function WidthPopover(props: ToolPopoverProps) {
  const { tools, isOpen, setOpen, className } = props
  return (
    <Popover
      label={messages.sheet.width}
      isOpen={isOpen}
      onOpenChange={setOpen}
      align="center"
      className="w-68"
      trigger={
        <PillButton
          label={`${messages.sheet.width}: ${messages.sheet.pixels(tools.width)}`}
          keys="W"
          className={className}
        >
          <WidthIcon />
        </PillButton>
      }
    >
      <WidthChoices {...props} />
    </Popover>
  )
}

function WidthIcon() {
  return (
    <span className="grid w-5.5 gap-1">
      {['h-0.5', 'h-1', 'h-1.5'].map((height) => (
        <span key={height} className={`${height} rounded-full bg-current`} />
      ))}
    </span>
  )
}

interface PillButtonProps {
  label: string
  keys: string
  className: string
  children: ReactNode
}

/** A button of the tool pill that opens something. It takes what its popover passes to it. */
function PillButton({ label, keys, className, children, ...rest }: PillButtonProps) {
  return (
    <Tooltip text={label} keys={keys} side="top">
      <button
        type="button"
        {...rest}
        aria-label={label}
        className={`grid shrink-0 place-items-center rounded-control text-ink-2 transition-colors duration-hover hover:bg-sunken hover:text-ink ${className}`}
      >
        {children}
      </button>
    </Tooltip>
  )
}
