import { Images } from 'lucide-react'
import { Button } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { messages } from '../messages.ts'
import type { ImageList } from './image-list.ts'

interface ContentProps {
  list: ImageList
  isSearch: boolean
  /** Whether this is what was there before, until what was asked for is; only after a while, so that nothing flickers. */
  isBusy: boolean
  /** The same at once, for programs that read the page. */
  isCurrent: boolean
  /** Whether filters leave something out. */
  isNarrowed: boolean
  /** How many results are less similar than what is shown. */
  hidden: number
  children: React.ReactNode
}

/** A list of images, or what there is to say in its place. */
export function Content({
  list,
  isSearch,
  isBusy,
  isCurrent,
  isNarrowed: isFiltered,
  hidden,
  children,
}: ContentProps) {
  if (list.error !== null && list.count === 0) {
    return (
      <EmptyState icon={<Images />} title={list.error.message}>
        <Button onClick={list.retry}>{messages.gallery.retry}</Button>
      </EmptyState>
    )
  }
  if (list.error === null && !list.isLoading && list.count === 0) {
    if (!isSearch && !isFiltered)
      return <EmptyState icon={<Images />} title={messages.gallery.empty} text={messages.gallery.emptyHint} />
    const hint = hidden > 0 ? { text: messages.gallery.hidden(hidden) } : {}
    return <EmptyState icon={<Images />} title={messages.gallery.nothingFound} {...hint} />
  }
  // The same tree with and without an error: what is shown keeps its place.
  return (
    <div
      aria-busy={isBusy}
      data-state={isCurrent ? 'current' : 'loading'}
      className="grid min-h-0 grid-rows-[auto_minmax(0,1fr)] transition-opacity aria-busy:opacity-55"
    >
      <p role="status" className="flex flex-wrap gap-x-3 px-4 text-danger text-sm not-empty:pb-2">
        {list.error !== null && (
          <>
            {messages.gallery.stale} {list.error.message}
            <button type="button" className="underline" onClick={list.retry}>
              {messages.gallery.retry}
            </button>
          </>
        )}
      </p>
      {children}
    </div>
  )
}
