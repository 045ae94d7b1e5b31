import type { ReactNode } from 'react'
import { ICON_BUTTON_SIZES, type IconButtonSize } from '../components/icon-button.tsx'
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
  const { tools, black } = props
  return (
    <ToolPopover
      {...props}
      label={messages.sheet.colour}
      value={messages.sheet.colours[colourName(tools.colour)]}
      keys="C"
      icon={
        <span
          className="size-6 rounded-full ring-2 ring-line ring-offset-2 ring-offset-surface forced-color-adjust-none"
          style={{ backgroundColor: tools.colour === INK ? black : tools.colour }}
        />
      }
    >
      <ColourChoices {...props} />
    </ToolPopover>
  )
}

/** Three widths at a press, and any other by the slider. */
export function WidthPopover(props: ToolPopoverProps) {
  return (
    <ToolPopover
      {...props}
      label={messages.sheet.width}
      value={messages.sheet.pixels(props.tools.width)}
      keys="W"
      icon={<WidthIcon />}
    >
      <WidthChoices {...props} />
    </ToolPopover>
  )
}

interface SettingProps extends Pick<ToolPopoverProps, 'isOpen' | 'setOpen' | 'size' | 'isVertical'> {
  label: string
  value: string
  keys: string
  icon: ReactNode
  children: ReactNode
}

/** One setting of the tool: a button with its value, which opens the choices. */
function ToolPopover(props: SettingProps) {
  const { label, value, keys, icon, isOpen, setOpen, size, isVertical, children } = props
  return (
    <Popover
      label={label}
      isOpen={isOpen}
      onOpenChange={setOpen}
      align="center"
      {...(isVertical ? { side: 'right' } : {})}
      className="w-68 coarse:w-74"
      trigger={
        <PillButton label={`${label}: ${value}`} keys={keys} size={size}>
          {icon}
        </PillButton>
      }
    >
      {children}
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
  size: IconButtonSize
  children: ReactNode
}

/** A button of the tool pill that opens something. It takes what its popover passes to it. */
function PillButton({ label, keys, size, children, ...rest }: PillButtonProps) {
  return (
    <Tooltip text={label} keys={keys} side="top">
      <button
        type="button"
        {...rest}
        aria-label={label}
        className={`grid shrink-0 place-items-center rounded-control text-ink-2 transition-colors duration-hover hover:bg-sunken hover:text-ink ${ICON_BUTTON_SIZES[size]}`}
      >
        {children}
      </button>
    </Tooltip>
  )
}
