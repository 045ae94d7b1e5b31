import { lazyPart } from '../components/lazy-part.tsx'
import { SHEET_UNITS } from './stroke.ts'
import type { Sheet } from './use-sheet.ts'

const SelectionOutline = lazyPart(() => import('./selection-outline.tsx'))

interface SheetSurfaceProps {
  sheet: Sheet
  /** Describes the drawing to those who do not see it. */
  label: string
  cursor: string
  /** Whether strokes can be selected. */
  isSelecting: boolean
  /** A picture to be traced. */
  traceUrl: string | undefined
  /** Whether the sheet is white in the dark theme, too. */
  isPaperWhite: boolean
  /** Whether the tools lie below the drawing instead of on it. */
  hasToolsBelow: boolean
}

/** The sheet itself: dots, a picture to be traced, ink, and what is selected. It fills its parent. */
export function SheetSurface(props: SheetSurfaceProps) {
  const { sheet, label, cursor, isSelecting, traceUrl, isPaperWhite, hasToolsBelow } = props
  const { surfaceRef, canvasRef, coverRef, view } = sheet
  const spacing = dotSpacing(view.scale)
  return (
    <div
      ref={surfaceRef}
      data-testid="sheet"
      className="absolute inset-0 touch-none overflow-hidden select-none"
      style={{
        cursor,
        backgroundColor: isPaperWhite ? 'var(--paper)' : 'var(--sheet)',
        backgroundImage: `radial-gradient(circle, var(${isPaperWhite ? '--paper-dots' : '--dots'}) 1.1px, transparent 1.3px)`,
        backgroundSize: `${spacing}px ${spacing}px`,
        backgroundPosition: `${view.x}px ${view.y}px`,
      }}
    >
      <div
        ref={coverRef}
        className="pointer-events-none absolute inset-x-0 bottom-0"
        style={{ height: `calc(var(--sheet-inset-bottom, 0px) + ${hasToolsBelow ? '5rem' : '0px'})` }}
      />
      {traceUrl !== undefined && (
        <img
          src={traceUrl}
          alt=""
          data-testid="trace"
          draggable={false}
          className="pointer-events-none absolute top-0 left-0 max-w-none origin-top-left object-contain opacity-35"
          style={{
            width: SHEET_UNITS,
            height: SHEET_UNITS,
            transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
          }}
        />
      )}
      <canvas ref={canvasRef} role="img" aria-label={label} className="absolute inset-0 block size-full" />
      {isSelecting && <SelectionOutline sheet={sheet} />}
    </div>
  )
}

const DOT_DISTANCE_PX = 24

/** Dots keep their distance on the screen within a factor of two at any zoom. */
function dotSpacing(scale: number): number {
  const nominal = DOT_DISTANCE_PX * scale * (SHEET_UNITS / 640)
  return nominal * 2 ** -Math.round(Math.log2(nominal / DOT_DISTANCE_PX))
}
