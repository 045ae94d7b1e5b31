import { Brush, Eraser, LassoSelect, Layers2, Pencil, Redo2, Shapes, Undo2 } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { IconButton, type IconButtonSize } from '../components/icon-button.tsx'
import { Pill, PillSeparator } from '../components/pill.tsx'
import { messages } from '../messages/messages.ts'
import { ColourPopover, WidthPopover } from './tool-popovers.tsx'
import type { ToolPopoverProps } from './tool-props.ts'
import { eraserChosen, type Tool } from './tool-settings.ts'

export type SheetLayout = 'side' | 'stacked' | 'phone'
export type OpenPopover = 'colour' | 'width' | undefined

interface ToolPillProps extends Pick<ToolPopoverProps, 'tools' | 'onTools' | 'black'> {
  layout: SheetLayout
  openPopover: OpenPopover
  setOpenPopover: (popover: OpenPopover) => void
  matchColours: boolean | undefined
  onMatchColours: ((isOn: boolean) => void) | undefined
  isTracing: boolean
  onTrace: () => void
  undo: (() => void) | undefined
  redo: (() => void) | undefined
  /** The menu with further tools, on a phone. */
  menu: ReactNode
}

const LONG_PRESS_MS = 450
const SIZE = { side: 'tool', stacked: 'tool on a tablet', phone: 'tool on a phone' } as const

/** Pen, brush, eraser and what belongs to them: in a row, upright on a tablet, and shorter on a phone. */
export function ToolPill(props: ToolPillProps) {
  const { layout, tools, onTools, isTracing, onTrace, undo, redo, menu } = props
  const isVertical = layout === 'stacked'
  const size = SIZE[layout]
  const tool = (value: Tool, keys: string, label: string, icon: ReactNode) => (
    <IconButton
      label={label}
      keys={keys}
      variant="tool"
      side={isVertical ? 'right' : 'top'}
      isPressed={tools.tool === value}
      onClick={() => onTools({ tool: value })}
      size={size}
    >
      {icon}
    </IconButton>
  )
  return (
    <Pill
      label={messages.sheet.tools}
      isVertical={isVertical}
      className={`[scrollbar-width:none] ${isVertical ? 'min-h-0 overflow-y-auto' : 'max-w-full overflow-x-auto'}`}
    >
      {tool('pen', 'P', messages.sheet.pen, <Pencil />)}
      {tool('brush', 'B', messages.sheet.brush, <Brush />)}
      <EraserButton tools={tools} onTools={onTools} size={size} isVertical={isVertical} />
      {layout !== 'phone' && tool('select', 'V', messages.sheet.select, <LassoSelect />)}
      {layout !== 'phone' && <Separator isVertical={isVertical} />}
      <Popovers {...props} size={size} />
      {layout === 'phone' ? (
        <>
          <HistoryButton label={messages.sheet.undo} run={undo} icon={<Undo2 />} size={size} />
          <HistoryButton label={messages.sheet.redo} run={redo} icon={<Redo2 />} size={size} />
          {menu}
        </>
      ) : (
        <>
          <Separator isVertical={isVertical} />
          <WordButton
            label={messages.sheet.tidy}
            keys="T"
            icon={<Shapes />}
            isPressed={tools.isTidying}
            onClick={() => onTools({ isTidying: !tools.isTidying })}
            isVertical={isVertical}
          />
          <WordButton
            label={messages.sheet.trace}
            keys="U"
            icon={<Layers2 />}
            isPressed={isTracing}
            onClick={onTrace}
            isVertical={isVertical}
          />
        </>
      )}
    </Pill>
  )
}

function Popovers(props: ToolPillProps & { size: IconButtonSize }) {
  const { openPopover, setOpenPopover, layout } = props
  const popover = (name: OpenPopover) => ({
    tools: props.tools,
    onTools: props.onTools,
    black: props.black,
    size: props.size,
    isVertical: layout === 'stacked',
    isOpen: openPopover === name,
    setOpen: (isOpen: boolean) => setOpenPopover(isOpen ? name : undefined),
  })
  return (
    <>
      <ColourPopover
        {...popover('colour')}
        matchColours={props.matchColours}
        onMatchColours={props.onMatchColours}
      />
      {layout !== 'phone' && <WidthPopover {...popover('width')} />}
    </>
  )
}

function Separator({ isVertical }: { isVertical: boolean }) {
  return isVertical ? (
    <span aria-hidden="true" className="my-1.25 h-px w-6 shrink-0 bg-line" />
  ) : (
    <PillSeparator />
  )
}

interface EraserButtonProps extends Pick<ToolPopoverProps, 'tools' | 'onTools'> {
  size: IconButtonSize
  isVertical: boolean
}

/** Chooses the eraser. A further press switches between parts and whole strokes; a long press chooses whole strokes. */
function EraserButton({ tools, onTools, size, isVertical }: EraserButtonProps) {
  const timer = useRef<number>(undefined)
  const wasLong = useRef(false)
  const endPress = () => clearTimeout(timer.current)
  const startPress = () => {
    wasLong.current = false
    timer.current = window.setTimeout(() => {
      wasLong.current = true
      onTools({ tool: 'eraser', erasesWhole: true })
    }, LONG_PRESS_MS)
  }
  const { tool, erasesWhole } = tools
  return (
    <IconButton
      label={tool === 'eraser' && erasesWhole ? messages.sheet.strokeEraser : messages.sheet.eraser}
      keys="E"
      variant="tool"
      side={isVertical ? 'right' : 'top'}
      isPressed={tool === 'eraser'}
      onPointerDown={startPress}
      onPointerUp={endPress}
      onPointerCancel={endPress}
      onPointerLeave={endPress}
      onClick={() => {
        if (!wasLong.current) onTools(eraserChosen(tools))
        wasLong.current = false
      }}
      size={size}
      className="relative"
    >
      <Eraser />
      {erasesWhole && (
        <span aria-hidden="true" className="absolute right-2 bottom-2 size-1.5 rounded-full bg-current" />
      )}
    </IconButton>
  )
}

interface HistoryButtonProps {
  label: string
  /** Undefined if there is no such step. */
  run: (() => void) | undefined
  icon: ReactNode
  keys?: string
  size: IconButtonSize
}

export function HistoryButton({ label, run, icon, keys, size }: HistoryButtonProps) {
  return (
    <IconButton label={label} keys={keys} isDisabled={run === undefined} onClick={() => run?.()} size={size}>
      {icon}
    </IconButton>
  )
}

interface WordButtonProps {
  label: string
  keys: string
  icon: ReactNode
  isPressed: boolean
  onClick: () => void
  isVertical: boolean
}

/** Its word is left out where there is little room, and on upright pills. */
function WordButton({ label, keys, icon, isPressed, onClick, isVertical }: WordButtonProps) {
  return (
    <IconButton
      label={label}
      keys={keys}
      side={isVertical ? 'right' : 'top'}
      isPressed={isPressed}
      onClick={onClick}
      size={isVertical ? 'tool on a tablet' : 'tool with a word'}
    >
      {icon}
      {!isVertical && <span className="@max-[31rem]:hidden">{label}</span>}
    </IconButton>
  )
}
