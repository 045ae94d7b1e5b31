import { Bookmark, Maximize2, Minimize2, Minus, Plus, Redo2, Trash2, Undo2, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { IconButton } from '../components/icon-button.tsx'
import { lazyPart } from '../components/lazy-part.tsx'
import { Pill, PillSeparator } from '../components/pill.tsx'
import { useToast } from '../components/toast.tsx'
import { percent } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { describeSketch } from './describe.ts'
import { SelectionPill } from './selection-pill.tsx'
import { SheetMenu } from './sheet-menu.tsx'
import { SheetSurface } from './sheet-surface.tsx'
import { cleared, isBlank, redo, replaceBy, type Sketch, undo } from './sketch.ts'
import { INK } from './stroke.ts'
import { HistoryButton, type OpenPopover, type SheetLayout, ToolPill } from './tool-pill.tsx'
import {
  loadToolSettings,
  MAX_WIDTH,
  MIN_WIDTH,
  saveToolSettings,
  type ToolSettings,
} from './tool-settings.ts'
import { useIsDark } from './use-is-dark.ts'
import { useSelectionCommands } from './use-selection-commands.ts'
import { type Sheet, useSheet } from './use-sheet.ts'
import { useSheetKeys } from './use-sheet-keys.ts'
import { useTrace } from './use-trace.tsx'

const SavedSketches = lazyPart(async () => ({
  default: (await import('./saved-sketches-dialog.tsx')).SavedSketches,
}))

export interface SketchPanelProps {
  sketch: Sketch
  onChange: (sketch: Sketch) => void
  /** Gets the sketch with a stroke that is under way, at most four times a second. */
  onLive?: ((sketch: Sketch) => void) | undefined
  layout: SheetLayout
  /** Whether the sheet has most of the window. */
  isFull: boolean
  setFull: (isFull: boolean) => void
  /** No button to close the sheet without it. */
  onClose?: (() => void) | undefined
  /** Shown on a blank sheet. */
  empty?: ReactNode
  /** A picture to be traced. */
  traceUrl?: string | undefined
  onTraceEnd?: (() => void) | undefined
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
  const { sketch, onChange, onLive, layout, empty } = props
  const [tools, setTools] = useState<ToolSettings>(loadToolSettings)
  const onTools = (change: Partial<ToolSettings>) => {
    const next = { ...tools, ...change }
    setTools(next)
    saveToolSettings(next)
  }
  const [isSavedOpen, setSavedOpen] = useState(false)
  const [openPopover, setOpenPopover] = useState<OpenPopover>()
  const [isSpaceHeld, setSpaceHeld] = useState(false)
  const black = useIsDark() && !tools.isPaperWhite ? LIGHT_INK : INK
  const sheet = useSheet({ sketch, tools, black, onChange, onLive: onLive ?? ignore })
  const trace = useTrace(props.traceUrl, props.onTraceEnd)
  const selected = useSelectionCommands(sheet)
  const commands = useHistoryCommands(sketch, sheet)
  const clear = useClear(sheet)
  const changeWidth = (by: number) =>
    onTools({ width: Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, tools.width + by)) })
  useSheetKeys(props.hasKeys, {
    undo: () => sheet.controller?.edit(undo),
    redo: () => sheet.controller?.edit(redo),
    holdSpace: (isHeld) => {
      setSpaceHeld(isHeld)
      sheet.controller?.setSpaceHeld(isHeld)
    },
    selectAll: () => {
      onTools({ tool: 'select' })
      sheet.controller?.select(new Set(sketch.strokes))
    },
    duplicate: sheet.selection.size > 0 ? selected.duplicate : undefined,
    onSelection: selected.onKey,
    single: {
      p: () => onTools({ tool: 'pen' }),
      b: () => onTools({ tool: 'brush' }),
      e: () => onTools({ tool: 'eraser', erasesWhole: tools.tool === 'eraser' && !tools.erasesWhole }),
      v: () => onTools({ tool: 'select' }),
      c: () => setOpenPopover('colour'),
      w: () => setOpenPopover('width'),
      h: () => selected.mirror(),
      t: () => onTools({ isTidying: !tools.isTidying }),
      u: trace.toggle,
      f: () => props.setFull(!props.isFull),
      '[': () => changeWidth(-1),
      ']': () => changeWidth(1),
      ...(props.isFull ? { escape: () => props.setFull(false) } : {}),
    },
  })
  const menu = (className: string) => (
    <SheetMenu
      layout={layout}
      tools={tools}
      onTools={onTools}
      isTracing={trace.url !== undefined}
      onTrace={trace.toggle}
      clear={isBlank(sketch) ? undefined : clear}
      openSaved={() => setSavedOpen(true)}
      isFull={props.isFull}
      setFull={props.setFull}
      className={className}
    />
  )
  const place = placesOf(layout, tools.areToolsOnRight)

  return (
    <section
      aria-label={messages.query.sketch}
      className="@container absolute inset-0 isolate overflow-hidden"
    >
      <SheetSurface
        sheet={sheet}
        label={describeSketch(sketch)}
        cursor={isSpaceHeld ? 'grab' : tools.tool === 'select' ? 'default' : 'crosshair'}
        traceUrl={trace.url}
        isPaperWhite={tools.isPaperWhite}
      />
      {isBlank(sketch) && trace.url === undefined && (
        <div className="pointer-events-none absolute inset-0">{empty}</div>
      )}
      {layout !== 'phone' && (
        <SheetPills
          {...props}
          commands={commands}
          clear={clear}
          openSaved={() => setSavedOpen(true)}
          menu={menu('size-9 rounded-control')}
        />
      )}
      <ZoomPill sheet={sheet} className={place.zoom} />
      <div className={`absolute flex flex-col items-center gap-2 ${place.tools}`} style={place.style}>
        {sheet.selection.size > 0 && <SelectionPill count={sheet.selection.size} {...selected} />}
        <ToolPill
          layout={layout}
          tools={tools}
          onTools={onTools}
          black={black}
          openPopover={openPopover}
          setOpenPopover={setOpenPopover}
          matchColours={props.matchColours}
          onMatchColours={props.onMatchColours}
          isTracing={trace.url !== undefined}
          onTrace={trace.toggle}
          {...commands}
          menu={menu('size-11.5 @max-[22rem]:size-10')}
        />
      </div>
      {trace.input}
      {isSavedOpen && <OpenSaved sketch={sketch} sheet={sheet} onClose={() => setSavedOpen(false)} />}
    </section>
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

/** Undefined where there is no such step. */
function useHistoryCommands({ past, future }: Sketch, { controller }: Sheet) {
  return {
    undo: past.length > 0 ? () => controller?.edit(undo) : undefined,
    redo: future.length > 0 ? () => controller?.edit(redo) : undefined,
  }
}

/** Clears the sheet, and offers to undo that. */
function useClear({ controller }: Sheet) {
  const toast = useToast()
  return () => {
    controller?.edit(cleared)
    toast.show({
      text: messages.sheet.cleared,
      action: { text: messages.sheet.undo, run: () => controller?.edit(undo) },
    })
  }
}

/** Above what covers the lower end of the sheet. */
const ABOVE_COVER = 'calc(var(--sheet-inset-bottom, 0px) + env(safe-area-inset-bottom, 0px) + '

function placesOf(layout: SheetLayout, isOnRight: boolean) {
  if (layout === 'stacked')
    return {
      tools: `top-1/2 -translate-y-1/2 ${isOnRight ? 'right-3.5' : 'left-3.5'}`,
      style: {},
      zoom: `bottom-4 ${isOnRight ? 'left-3.5' : 'right-3.5'}`,
    }
  return {
    tools: 'inset-x-0 mx-auto w-max max-w-full',
    style: { bottom: `${ABOVE_COVER}${layout === 'phone' ? '0.75rem' : '1.5rem'})` },
    zoom: layout === 'phone' ? 'top-3 right-3' : 'right-4 bottom-24 @2xl:bottom-6',
  }
}

interface SheetPillsProps extends SketchPanelProps {
  commands: ReturnType<typeof useHistoryCommands>
  clear: () => void
  openSaved: () => void
  menu: ReactNode
}

/** History at the upper left, and what concerns the sheet as a whole at the upper right; together on a tablet. */
function SheetPills(props: SheetPillsProps) {
  const { sketch, layout, commands, clear, openSaved, menu, isFull, setFull, onClose } = props
  const isUsed = sketch.past.length > 0 || sketch.future.length > 0 || !isBlank(sketch)
  const small = 'size-9 rounded-control'
  const history = isUsed && (
    <>
      <HistoryButton
        label={messages.sheet.undo}
        keys="Ctrl Z"
        run={commands.undo}
        icon={<Undo2 />}
        className={small}
      />
      <HistoryButton
        label={messages.sheet.redo}
        keys="Ctrl Shift Z"
        run={commands.redo}
        icon={<Redo2 />}
        className={small}
      />
      <PillSeparator />
      <IconButton label={messages.sheet.clear} isDisabled={isBlank(sketch)} onClick={clear} className={small}>
        <Trash2 />
      </IconButton>
    </>
  )
  return (
    <>
      {layout === 'side' && history && (
        <div className="absolute top-4 left-4">
          <Pill label={messages.sheet.history} isSmall>
            {history}
          </Pill>
        </div>
      )}
      <div className="absolute top-4 right-4">
        <Pill label={messages.sheet.view} isSmall>
          {layout === 'stacked' && history}
          <IconButton
            label={isBlank(sketch) ? messages.sheet.saved : messages.sheet.save}
            onClick={openSaved}
            className={small}
          >
            <Bookmark />
          </IconButton>
          {menu}
          <IconButton
            label={isFull ? messages.sheet.small : messages.sheet.large}
            keys="F"
            onClick={() => setFull(!isFull)}
            className={small}
          >
            {isFull ? <Minimize2 /> : <Maximize2 />}
          </IconButton>
          {onClose !== undefined && (
            <IconButton label={messages.sheet.closeSheet} onClick={onClose} className={small}>
              <X />
            </IconButton>
          )}
        </Pill>
      </div>
    </>
  )
}

const ZOOM_STEP = 1.5

/** Shown while the sheet is not seen as a whole. */
function ZoomPill({ sheet: { camera, controller }, className }: { sheet: Sheet; className: string }) {
  if (camera.zoom === 1 && camera.centre === undefined) return null
  const zoom = percent(camera.zoom)
  return (
    <div className={`absolute ${className}`}>
      <Pill label={messages.sheet.view} isSmall>
        <IconButton
          label={messages.sheet.zoomOut}
          onClick={() => controller?.zoom(1 / ZOOM_STEP)}
          className="size-9 rounded-control"
        >
          <Minus />
        </IconButton>
        <IconButton
          label={messages.sheet.fit(zoom)}
          onClick={() => controller?.fit()}
          className="h-9! w-auto! rounded-control px-2 font-medium text-13"
        >
          {zoom}
        </IconButton>
        <IconButton
          label={messages.sheet.zoomIn}
          onClick={() => controller?.zoom(ZOOM_STEP)}
          className="size-9 rounded-control"
        >
          <Plus />
        </IconButton>
      </Pill>
    </div>
  )
}
