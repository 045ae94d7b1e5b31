import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Image } from '../api/client.ts'
import { messages } from '../messages.ts'

interface ImageGridProps {
  count: number
  /** undefined while it is being fetched. */
  imageAt: (index: number) => Image | undefined
  /** Tells which images are in view, so that they can be fetched. */
  onRange: (first: number, last: number) => void
  /** Least width of a tile in CSS pixels. */
  tileSize: number
  onOpen: (image: Image) => void
  /** When this changes, the grid begins at the top again. */
  resetKey: string
}

const GAP = 6
const OVERSCAN_ROWS = 3

/** A grid of square tiles; only those in view are in the document, so it can be any length. */
export function ImageGrid({ count, imageAt, onRange, tileSize, onOpen, resetKey }: ImageGridProps) {
  const scrollRef = useRef<HTMLDivElement>(null)
  const width = useWidth(scrollRef)
  const columns = Math.max(2, Math.floor((width + GAP) / (tileSize + GAP)))
  const side = width === 0 ? tileSize : (width - GAP * (columns - 1)) / columns
  const rows = Math.ceil(count / columns)

  const virtualizer = useVirtualizer({
    count: rows,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => side + GAP,
    overscan: OVERSCAN_ROWS,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows are measured anew when their height changes
  useLayoutEffect(() => virtualizer.measure(), [side, virtualizer])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its top
  useLayoutEffect(() => virtualizer.scrollToOffset(0), [resetKey])

  const visible = virtualizer.getVirtualItems()
  const first = (visible[0]?.index ?? 0) * columns
  const last = Math.min(count - 1, ((visible.at(-1)?.index ?? 0) + 1) * columns - 1)
  useEffect(() => onRange(first, last), [first, last, onRange])

  return (
    <div ref={scrollRef} className="h-full overflow-y-auto px-3 pb-6 sm:px-4" data-testid="grid">
      <ul className="relative m-0 list-none p-0" style={{ height: virtualizer.getTotalSize() }}>
        {visible.flatMap((row) =>
          Array.from({ length: columns }, (_, column) => {
            const index = row.index * columns + column
            if (index >= count) return null
            return (
              <li
                key={index}
                className="absolute top-0 left-0"
                style={{
                  width: side,
                  height: side,
                  transform: `translate(${column * (side + GAP)}px, ${row.start}px)`,
                }}
              >
                <Tile image={imageAt(index)} onOpen={onOpen} />
              </li>
            )
          }),
        )}
      </ul>
    </div>
  )
}

function Tile({ image, onOpen }: { image: Image | undefined; onOpen: (image: Image) => void }) {
  if (image === undefined) return <div className="size-full rounded-lg bg-raised" />
  const { score } = image
  return (
    <button
      type="button"
      onClick={() => onOpen(image)}
      title={image.path}
      aria-label={messages.gallery.open(image.user_visible_name)}
      className="group relative block size-full overflow-hidden rounded-lg bg-raised"
    >
      <img
        key={image.thumbnail_url}
        src={image.thumbnail_url}
        alt=""
        loading="lazy"
        decoding="async"
        draggable={false}
        className="size-full object-cover transition-transform duration-200 group-hover:scale-[1.04]"
      />
      {score !== undefined && (
        <span className="absolute right-1.5 bottom-1.5 rounded-md bg-black/65 px-1.5 py-0.5 text-[11px] text-white tabular-nums">
          <span className="sr-only">{messages.gallery.similarity(score)}</span>
          <span aria-hidden="true">{Math.round(score * 100)}</span>
        </span>
      )}
    </button>
  )
}

function useWidth(ref: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = ref.current!
    const measure = () => {
      const style = getComputedStyle(element)
      setWidth(
        element.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight),
      )
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [ref])
  return width
}
