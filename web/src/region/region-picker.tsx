import { Lasso, Layers2, Maximize, Plus, Redo2, SquareDashed, Undo2 } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react'
import { Button } from '../components/button.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { PatientImage } from '../components/patient-image.tsx'
import { Pill, PillSeparator } from '../components/pill.tsx'
import { messages } from '../messages/messages.ts'
import type { Region } from '../state/query-terms.ts'
import { GRIPS, type Grip, type Share } from './region.ts'
import { type RegionTool, useRegion } from './use-region.ts'
import type { RegionHistory } from './use-region-history.ts'

export interface RegionPickerProps {
  src: string
  name: string
  /** Size of the picture in pixels, so that its space is reserved before it is loaded. */
  size?: { width: number; height: number }
  /** Undefined for the whole picture. */
  region: Region | undefined
  /** Called every 150 ms during a drag, and at once at its end. @param isDone whether the drag has ended */
  onChange: (region: Region | undefined, isDone: boolean) => void
  /** Called when the picker is removed, also in the middle of a drag. */
  onCancel: () => void
  /** No buttons without these. */
  onAddRegion?: (() => void) | undefined
  onTrace?: (() => void) | undefined
  /** Buttons at the upper right, for the pane as a whole. */
  children?: ReactNode
}

/** A picture of which a part is selected by a box or a lasso. It fills its parent. */
export function RegionPicker(props: RegionPickerProps) {
  const { src, name, size, region, onChange, onCancel, onAddRegion, onTrace, children } = props
  const pictureRef = useRef<HTMLDivElement>(null)
  const [tool, setTool] = useState<RegionTool>('box')
  const { shown, lasso, surface, keys, selectWhole, history } = useRegion({
    pictureRef,
    tool,
    region,
    onChange,
    onCancel,
  })
  return (
    <section
      aria-label={messages.region.area}
      onKeyDown={(event) => onHistoryKey(event, history)}
      className="absolute inset-0 flex flex-col gap-3 overflow-hidden bg-page px-4 pt-4 sm:px-8 sm:pt-19 low:gap-2 low:pt-3 low:[--low-margin:0.75rem]"
      style={{
        paddingBottom: 'calc(var(--sheet-inset-bottom, 0px) + var(--low-margin, 1.5rem))',
      }}
    >
      <p className="flex flex-wrap items-baseline justify-center gap-x-2 text-center low:sr-only">
        <span className="font-semibold [overflow-wrap:anywhere]">{name}</span>
        <span className="text-13 text-ink-2">{messages.region.hint}</span>
      </p>
      <div className="grid min-h-0 flex-1 [container-type:size] place-items-center">
        <div
          ref={pictureRef}
          data-testid="region-picture"
          className="relative grid max-h-full max-w-full cursor-crosshair touch-none select-none"
          {...surface}
        >
          <PatientImage
            key={src}
            src={src}
            alt={name}
            {...size}
            draggable={false}
            className="h-auto max-h-[100cqh] w-auto max-w-full rounded-tile object-contain"
          />
          {shown !== undefined && <Dimmed region={shown} lasso={lasso} />}
          {/* biome-ignore lint/a11y/useSemanticElements: there is no element for a region of a picture */}
          <div
            role="group"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move the region
            tabIndex={0}
            aria-label={messages.region.area}
            aria-description={messages.region.keys}
            {...keys}
            className={`absolute ${shown === undefined ? 'pointer-events-none inset-0' : ''}`}
            style={shown && placeOf(shown)}
          >
            {shown !== undefined && <Grips />}
          </div>
        </div>
      </div>
      <Tools
        tool={tool}
        setTool={setTool}
        isWhole={shown === undefined}
        selectWhole={selectWhole}
        onAddRegion={onAddRegion}
        onTrace={onTrace}
        history={history}
      />
      {history.isUsed && (
        <div className="absolute top-4 left-4 phone:hidden">
          <Pill label={messages.sheet.history} isSmall>
            <HistoryButtons {...history} />
          </Pill>
        </div>
      )}
      {children}
    </section>
  )
}

/** Ctrl Z, and Ctrl Shift Z. */
function onHistoryKey(event: KeyboardEvent, { undo, redo }: RegionHistory) {
  const isHistory = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z'
  const step = isHistory ? (event.shiftKey ? redo : undo) : undefined
  if (step === undefined) return
  event.preventDefault()
  event.stopPropagation()
  step()
}

function HistoryButtons({ undo, redo }: RegionHistory) {
  const { sheet, shortcuts } = messages
  return (
    <>
      <IconButton
        label={sheet.undo}
        keys={shortcuts.undo}
        size="small"
        isDisabled={!undo}
        onClick={() => undo?.()}
      >
        <Undo2 />
      </IconButton>
      <IconButton
        label={sheet.redo}
        keys={shortcuts.redo}
        size="small"
        isDisabled={!redo}
        onClick={() => redo?.()}
      >
        <Redo2 />
      </IconButton>
    </>
  )
}

interface ToolsProps extends Pick<RegionPickerProps, 'onAddRegion' | 'onTrace'> {
  history: RegionHistory
  tool: RegionTool
  setTool: (tool: RegionTool) => void
  isWhole: boolean
  selectWhole: () => void
}

function Tools({ tool, setTool, isWhole, selectWhole, onAddRegion, onTrace, history }: ToolsProps) {
  const choice = (value: RegionTool, label: string, icon: ReactNode) => (
    <Button
      variant={tool === value ? 'chosen' : 'ghost'}
      icon={icon}
      aria-pressed={tool === value}
      onClick={() => setTool(value)}
      className="text-13"
    >
      {label}
    </Button>
  )
  return (
    <Pill
      label={messages.region.area}
      className="mx-auto max-w-full shrink-0 overflow-x-auto [scrollbar-width:none]"
    >
      {history.isUsed && (
        <span className="hidden phone:contents">
          <HistoryButtons {...history} />
        </span>
      )}
      {choice('box', messages.region.box, <SquareDashed />)}
      {choice('lasso', messages.region.lasso, <Lasso />)}
      <PillSeparator />
      <Button
        variant="ghost"
        icon={<Maximize />}
        aria-pressed={isWhole}
        onClick={selectWhole}
        className="text-13 aria-pressed:text-accent-ink"
      >
        {messages.region.whole}
      </Button>
      {onAddRegion !== undefined && (
        <Button variant="ghost" icon={<Plus />} onClick={onAddRegion} className="text-13">
          {messages.region.add}
        </Button>
      )}
      {onTrace !== undefined && (
        <>
          <PillSeparator />
          <Button variant="ghost" icon={<Layers2 />} onClick={onTrace} className="text-13">
            {messages.region.trace}
          </Button>
        </>
      )}
    </Pill>
  )
}

/** The picture outside of the region: dimmed, but not hidden, so that other subjects can still be picked. */
function Dimmed({
  region: [x, y, width, height],
  lasso,
}: {
  region: Region
  lasso: readonly Share[] | undefined
}) {
  const hole =
    lasso === undefined
      ? `M${x} ${y}h${width}v${height}h${-width}Z`
      : `M${lasso.map((point) => point.join(' ')).join('L')}Z`
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 1 1"
      preserveAspectRatio="none"
      className="pointer-events-none absolute inset-0 size-full rounded-tile"
    >
      <path d={`M0 0H1V1H0Z${hole}`} fillRule="evenodd" fill="var(--dim)" />
    </svg>
  )
}

/** Corners and edges are 44 pixels to the hand; to the eye, the corners are brackets. */
const GRIP_CLASSES: Record<Exclude<Grip, 'inside'>, string> = {
  top: 'inset-x-0 -top-5.5 h-11 cursor-ns-resize',
  bottom: 'inset-x-0 -bottom-5.5 h-11 cursor-ns-resize',
  left: 'inset-y-0 -left-5.5 w-11 cursor-ew-resize',
  right: 'inset-y-0 -right-5.5 w-11 cursor-ew-resize',
  'top-left': '-top-5.5 -left-5.5 size-11 cursor-nwse-resize',
  'top-right': '-top-5.5 -right-5.5 size-11 cursor-nesw-resize',
  'bottom-left': '-bottom-5.5 -left-5.5 size-11 cursor-nesw-resize',
  'bottom-right': '-right-5.5 -bottom-5.5 size-11 cursor-nwse-resize',
}

const BRACKETS: Partial<Record<Grip, string>> = {
  'top-left': 'top-4.5 left-4.5 border-t-4 border-l-4 rounded-tl-tile',
  'top-right': 'top-4.5 right-4.5 border-t-4 border-r-4 rounded-tr-tile',
  'bottom-left': 'bottom-4.5 left-4.5 border-b-4 border-l-4 rounded-bl-tile',
  'bottom-right': 'right-4.5 bottom-4.5 border-r-4 border-b-4 rounded-br-tile',
}

function Grips() {
  return (
    <>
      <span data-grip="inside" className="absolute inset-0 cursor-move border-2 border-on-picture" />
      {GRIPS.map((grip) => (
        <span key={grip} data-grip={grip} className={`absolute ${GRIP_CLASSES[grip]}`}>
          {BRACKETS[grip] !== undefined && (
            <span className={`absolute size-5 border-on-picture ${BRACKETS[grip]}`} />
          )}
        </span>
      ))}
    </>
  )
}

function placeOf([x, y, width, height]: Region) {
  return { left: `${x * 100}%`, top: `${y * 100}%`, width: `${width * 100}%`, height: `${height * 100}%` }
}
