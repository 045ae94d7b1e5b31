import type { ReactNode } from 'react'
import { messages } from '../messages.ts'
import { SORTS, type Sort } from '../page-state.ts'

interface GalleryToolbarProps {
  count: number
  isSearch: boolean
  isBusy: boolean
  sort: Sort
  onSort: (sort: Sort) => void
  name: string
  onName: (name: string) => void
  tileSize: number
  tileSizes: { min: number; max: number }
  onTileSize: (size: number) => void
  chip: ReactNode
}

const SORT_NAMES: Record<Sort, string> = {
  newest: messages.gallery.newest,
  oldest: messages.gallery.oldest,
  name: messages.gallery.nameAscending,
  'name-down': messages.gallery.nameDescending,
}

/** What is shown, in which order and how large. */
export function GalleryToolbar(props: GalleryToolbarProps) {
  const { count, isSearch, isBusy, sort, onSort, name, onName, tileSize, tileSizes, onTileSize, chip } = props
  return (
    <div className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-2 px-3 py-2 sm:px-4">
      {chip}
      <p
        aria-live="polite"
        className={`text-sm tabular-nums ${isBusy ? 'text-muted' : ''}`}
        data-testid="count"
      >
        {isSearch ? messages.gallery.results(count) : messages.gallery.images(count)}
      </p>
      <div className="ml-auto flex items-center gap-2">
        {!isSearch && (
          <>
            <input
              type="search"
              value={name}
              onChange={(event) => onName(event.target.value)}
              placeholder={messages.gallery.filter}
              aria-label={messages.gallery.filter}
              className="h-10 w-32 rounded-lg border border-line bg-surface px-3 text-sm placeholder:text-muted sm:w-44"
            />
            <select
              value={sort}
              onChange={(event) => onSort(event.target.value as Sort)}
              aria-label={messages.gallery.sort}
              className="h-10 rounded-lg border border-line bg-surface px-2 text-sm"
            >
              {SORTS.map((value) => (
                <option key={value} value={value}>
                  {SORT_NAMES[value]}
                </option>
              ))}
            </select>
          </>
        )}
        <input
          type="range"
          aria-label={messages.gallery.size}
          title={messages.gallery.size}
          min={tileSizes.min}
          max={tileSizes.max}
          value={tileSize}
          onChange={(event) => onTileSize(event.target.valueAsNumber)}
          className="hidden w-24 accent-accent sm:block"
        />
      </div>
    </div>
  )
}
