import type { IconButtonSize } from '../components/icon-button.tsx'
import type { ToolSettings } from './tool-settings.ts'

export interface ToolPopoverProps {
  tools: ToolSettings
  onTools: (change: Partial<ToolSettings>) => void
  /** The colour in which black ink is shown. */
  black: string
  isOpen: boolean
  setOpen: (isOpen: boolean) => void
  size: IconButtonSize
  isVertical: boolean
}

export interface ColourPopoverProps extends ToolPopoverProps {
  /** Whether colours count in the search. */
  matchColours: boolean | undefined
  /** No switch without it. */
  onMatchColours: ((isOn: boolean) => void) | undefined
}
