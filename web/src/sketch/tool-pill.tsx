import { Brush, Eraser, LassoSelect, Layers2, Pencil, Redo2, Shapes, Undo2 } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { IconButton } from '../components/icon-button.tsx'
import { Pill, PillSeparator } from '../components/pill.tsx'
import { messages } from '../messages/messages.ts'
import { ColourPopover, WidthPopover } from './tool-popovers.tsx'
import type { ToolPopoverProps } from './tool-props.ts'
import type { Tool } from './tool-settings.ts'

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

/** Pen, brush, eraser and what belongs to them: in a row, upright on a tablet, and shorter on a phone. */
export function ToolPill(props: ToolPillProps) {
  const { layout, tools, onTools, isTracing, onTrace, undo, redo, menu } = props
  const isVertical = layout === 'stacked'
  const size = { side: 'size-10.5', stacked: 'size-12', phone: 'size-11.5 @max-[22rem]:size-10' }[layout]
  const tool = (value: Tool, keys: string, label: string, icon: ReactNode) => (
    <IconButton
      label={label}
      keys={keys}
      variant="tool"
      side={isVertical ? 'right' : 'top'}
      isPressed={tools.tool === value}
      onClick={() => onTools({ tool: value })}
      className={`${size} rounded-card`}
    >
      {icon}
    </IconButton>
  )
  return (
    <Pill
      label={messages.sheet.tools}
      isVertical={isVertical}
      className={isVertical ? '' : 'max-w-full overflow-x-auto [scrollbar-width:none]'}
    >
      {tool('pen', 'P', messages.sheet.pen, <Pencil />)}
      {tool('brush', 'B', messages.sheet.brush, <Brush />)}
      <EraserButton tools={tools} onTools={onTools} className={size} isVertical={isVertical} />
      {layout !== 'phone' && tool('select', 'V', messages.sheet.select, <LassoSelect />)}
      {layout !== 'phone' && <Separator isVertical={isVertical} />}
      <Popovers {...props} className={size} />
      {layout === 'phone' ? (
        <>
          <HistoryButton label={messages.sheet.undo} run={undo} icon={<Undo2 />} className={size} />
          <HistoryButton label={messages.sheet.redo} run={redo} icon={<Redo2 />} className={size} />
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

function Popovers(props: ToolPillProps & { className: string }) {
  const { openPopover, setOpenPopover, layout } = props
  const popover = (name: OpenPopover) => ({
    tools: props.tools,
    onTools: props.onTools,
    black: props.black,
    className: props.className,
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
  className: string
  isVertical: boolean
}

/** A press erases parts; a long press, or E once more, whole strokes. */
function EraserButton({ tools, onTools, className, isVertical }: EraserButtonProps) {
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
        if (!wasLong.current) onTools({ tool: 'eraser', erasesWhole: false })
        wasLong.current = false
      }}
      className={`relative rounded-card ${className}`}
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
  className?: string
}

export function HistoryButton({ label, run, icon, keys, className = '' }: HistoryButtonProps) {
  return (
    <IconButton
      label={label}
      keys={keys}
      isDisabled={run === undefined}
      onClick={() => run?.()}
      className={className}
    >
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
      className={
        isVertical
          ? 'size-12 rounded-card'
          : 'h-10.5! w-auto! min-w-10.5 grid-flow-col gap-2 rounded-card px-2.5 font-medium text-13'
      }
    >
      {icon}
      {!isVertical && <span className="@max-md:hidden">{label}</span>}
    </IconButton>
  )
}
