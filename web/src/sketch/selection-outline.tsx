import { boundsOf } from './frame.ts'
import { applied, IDENTITY, type Vector } from './geometry.ts'
import type { Handle } from './select.ts'
import type { Sheet } from './use-sheet.ts'
import { toScreen } from './view.ts'

const SELECTION_MARGIN_PX = 10
const CORNERS: readonly (readonly [Handle, 0 | 1, 0 | 1])[] = [
  ['top-left', 0, 0],
  ['top-right', 1, 0],
  ['bottom-right', 1, 1],
  ['bottom-left', 0, 1],
]
const TURN_HANDLE_PX = 36

/** The lasso, and the box around the selection with its handles. */
export default function SelectionOutline({
  sheet: { view, selection, lasso, matrix = IDENTITY },
}: {
  sheet: Sheet
}) {
  const box = boundsOf(selection)
  const onScreen = (point: Vector): Vector => toScreen(view, applied(matrix, point))
  const margin = SELECTION_MARGIN_PX / view.scale
  const corners =
    box &&
    CORNERS.map(([handle, right, bottom]) => ({
      handle,
      at: onScreen([
        right ? box.right + margin : box.left - margin,
        bottom ? box.bottom + margin : box.top - margin,
      ]),
    }))
  const turn = box && onScreen([(box.left + box.right) / 2, box.top - margin - TURN_HANDLE_PX / view.scale])
  const textOf = (points: readonly Vector[]) => points.map((point) => point.join(',')).join(' ')
  return (
    <>
      <svg aria-hidden="true" className="pointer-events-none absolute inset-0 size-full">
        {lasso !== undefined && (
          <polyline
            points={textOf(lasso.map((point) => toScreen(view, point)))}
            fill="var(--accent-soft)"
            fillOpacity={0.35}
            stroke="var(--accent)"
            strokeWidth={1.5}
            strokeDasharray="5 4"
          />
        )}
        {corners !== undefined && (
          <polygon
            data-handle="inside"
            points={textOf(corners.map(({ at }) => at))}
            className="pointer-events-auto cursor-move"
            fill="transparent"
            stroke="var(--accent)"
            strokeWidth={1.5}
          />
        )}
      </svg>
      {corners?.map(({ handle, at }) => (
        <HandleGrip key={handle} handle={handle} at={at} className="rounded-[3px]" />
      ))}
      {turn !== undefined && <HandleGrip handle="turn" at={turn} className="rounded-full" />}
    </>
  )
}

/** 12 pixels to the eye, 44 to the hand. */
function HandleGrip({ handle, at: [x, y], className }: { handle: Handle; at: Vector; className: string }) {
  return (
    <span
      data-handle={handle}
      className="absolute grid size-11 -translate-1/2 place-items-center"
      style={{ left: x, top: y, cursor: handle === 'turn' ? 'grab' : CURSORS[handle] }}
    >
      <span className={`size-3 border-[1.5px] border-accent bg-surface ${className}`} />
    </span>
  )
}

const CURSORS: Record<Handle, string> = {
  inside: 'move',
  turn: 'grab',
  'top-left': 'nwse-resize',
  'bottom-right': 'nwse-resize',
  'top-right': 'nesw-resize',
  'bottom-left': 'nesw-resize',
}
