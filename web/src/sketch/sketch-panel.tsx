import { type ReactNode, useState } from 'react'
import type { IconButtonSize } from '../components/icon-button.tsx'
import { lazyPart } from '../components/lazy-part.tsx'
import { messages } from '../messages/messages.ts'
import { describeSketch } from './describe.ts'
import { placedSelectionPill } from './selection-pill.tsx'
import { SheetMenu } from './sheet-menu.tsx'
import { SheetPills } from './sheet-pills.tsx'
import { SheetSurface } from './sheet-surface.tsx'
import { isBlank, replaceBy, type Sketch } from './sketch.ts'
import { INK } from './stroke.ts'
import { type OpenPopover, type SheetLayout, ToolPill } from './tool-pill.tsx'
import { useIsDark } from './use-is-dark.ts'
import { historyCommands, useClear, usePanelKeys, useTools } from './use-panel-commands.ts'
import { useSelectionCommands } from './use-selection-commands.ts'
import { type Sheet, useSheet } from './use-sheet.ts'
import { type Trace, useTraceInput } from './use-trace.tsx'

const ZoomPill = lazyPart(() => import('./zoom-pill.tsx'))
const SavedSketches = lazyPart(async () => ({
  default: (await import('./saved-sketches-dialog.tsx')).SavedSketches,
}))

export interface SketchPanelProps {
  sketch: Sketch
  onChange: (sketch: Sketch) => void
  /** Gets the sketch with the drag under way, at its beginning and at most four times a second; undefined after its end. */
  onLive?: ((sketch: Sketch | undefined) => void) | undefined
  layout: SheetLayout
  /** Whether the sheet has most of the window. */
  isFull: boolean
  setFull: (isFull: boolean) => void
  /** No button to close the sheet without it. */
  onClose?: (() => void) | undefined
  /** Shown on a blank sheet. */
  empty?: ReactNode
  /** The dialog of saved sketches. */
  saved: { isOpen: boolean; setOpen: (isOpen: boolean) => void }
  trace: Trace
  /** Whether colours count in the search. */
  matchColours?: boolean | undefined
  /** No switch for it without this. */
  onMatchColours?: ((isOn: boolean) => void) | undefined
  /** Whether the sheet is the pane that was used last, to which the keys belong. */
  hasKeys: boolean
}

/** Black ink on a dark sheet. It is stored and searched with as black. */
const LIGHT_INK = '#f2f2ef'

/** The sheet with its tools floating on it. It fills its parent. */
export function SketchPanel(props: SketchPanelProps) {
  const { sketch, onChange, onLive, empty, isFull, setFull, saved, trace } = props
  const [tools, onTools] = useTools()
  const [openPopover, setOpenPopover] = useState<OpenPopover>()
  const black = useIsDark() && !tools.isPaperWhite ? LIGHT_INK : INK
  const sheet = useSheet({ sketch, tools, black, onChange, onLive: onLive ?? ignore })
  const layout = layoutFor(props.layout, sheet.height, tools.areToolsOnRight)
  const { toggle: toggleTrace, input: traceInput } = useTraceInput(trace)
  const selected = useSelectionCommands(sheet)
  const commands = historyCommands(sketch, sheet)
  const clear = useClear(sheet, sketch)
  const isSpaceHeld = usePanelKeys({
    ...{ sheet, sketch, tools, onTools, selected, isFull, setFull },
    isOn: props.hasKeys,
    openPopover: setOpenPopover,
    toggleTrace,
  })
  const tracing = { isTracing: trace.url !== undefined, onTrace: toggleTrace }
  const menu = (size: IconButtonSize) => (
    <SheetMenu
      {...{ layout, tools, onTools, isFull, setFull, size }}
      {...tracing}
      clear={isBlank(sketch) ? undefined : clear}
      openSaved={() => saved.setOpen(true)}
    />
  )
  const place = placesOf(layout, tools.areToolsOnRight)
  const selectionPill = placedSelectionPill(sheet, layout, selected)

  return (
    <section
      aria-label={messages.query.sketch}
      className="@container absolute inset-0 isolate overflow-hidden"
    >
      <SheetSurface
        sheet={sheet}
        label={describeSketch(sketch)}
        cursor={isSpaceHeld ? 'grab' : tools.tool === 'select' ? 'default' : 'crosshair'}
        isSelecting={tools.tool === 'select'}
        traceUrl={trace.url}
        isPaperWhite={tools.isPaperWhite}
        hasToolsBelow={layout === 'phone'}
      />
      {isBlank(sketch) && trace.url === undefined && (
        <div className="pointer-events-none absolute inset-0">{empty}</div>
      )}
      {layout !== 'phone' && (
        <SheetPills
          {...props}
          layout={layout}
          commands={commands}
          clear={clear}
          openSaved={() => saved.setOpen(true)}
          menu={menu('small')}
        />
      )}
      <SelectionStatus count={sheet.selection.size} />
      {(sheet.camera.zoom !== 1 || sheet.camera.centre !== undefined) && (
        <ZoomPill sheet={sheet} className={place.zoom} />
      )}
      {selectionPill.apart}
      <div className={`absolute flex flex-col items-center gap-2 ${place.tools}`} style={place.style}>
        {selectionPill.below}
        <ToolPill
          {...{ layout, tools, onTools, black, openPopover, setOpenPopover }}
          matchColours={props.matchColours}
          onMatchColours={props.onMatchColours}
          {...tracing}
          {...commands}
          menu={menu('tool on a phone')}
        />
      </div>
      {traceInput}
      {saved.isOpen && <OpenSaved sketch={sketch} sheet={sheet} onClose={() => saved.setOpen(false)} />}
    </section>
  )
}

/** Always in the document: screen readers do not read out a region that appears together with its text. */
function SelectionStatus({ count }: { count: number }) {
  return (
    <p role="status" className="sr-only">
      {count > 0 && messages.sheet.selected(count)}
    </p>
  )
}

function OpenSaved({ sketch, sheet, onClose }: { sketch: Sketch; sheet: Sheet; onClose: () => void }) {
  return (
    <SavedSketches
      sketch={sketch}
      onClose={onClose}
      onMissing={onClose}
      onOpen={(opened) => {
        sheet.controller?.edit((current) => replaceBy(current, opened))
        onClose()
      }}
    />
  )
}

const ignore = () => {}

/** Height of the upright pill with a margin; at the right the commands for the sheet lie above it. In CSS pixels. */
const UPRIGHT_ROOM_PX = { left: 466, right: 522 }

/** In a low pane the tools lie in a row, as they do on a desktop. @param height undefined before it is measured */
function layoutFor(layout: SheetLayout, height: number | undefined, isOnRight: boolean): SheetLayout {
  const room = UPRIGHT_ROOM_PX[isOnRight ? 'right' : 'left']
  return layout === 'stacked' && height !== undefined && height < room ? 'side' : layout
}

/** Above what covers the lower end of the sheet. */
const ABOVE_COVER = 'calc(var(--sheet-inset-bottom, 0px) + '

function placesOf(layout: SheetLayout, isOnRight: boolean) {
  if (layout === 'stacked')
    return {
      tools: `-translate-y-1/2 ${isOnRight ? 'top-[calc(50%+1.75rem)] right-3.5 max-h-[calc(100%-5.5rem)]' : 'top-1/2 left-3.5 max-h-[calc(100%-2rem)]'}`,
      style: {},
      zoom: `bottom-4 ${isOnRight ? 'left-3.5' : 'right-3.5'}`,
    }
  return {
    tools: `inset-x-0 mx-auto w-max max-w-full ${layout === 'phone' ? '' : 'low:[--low-margin:0.75rem]'}`,
    style: { bottom: `${ABOVE_COVER}${layout === 'phone' ? '0.75rem' : 'var(--low-margin, 1.5rem)'})` },
    zoom: layout === 'phone' ? 'top-3 right-3' : 'right-4 bottom-24 @2xl:bottom-6',
  }
}
