import {
  Clock,
  ImagePlus,
  Images,
  Layers,
  Minus,
  Pencil,
  ScanSearch,
  SlidersHorizontal,
  Upload,
} from 'lucide-react'
import { Button } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { passFocusAtEnd } from '../components/pass-focus-at-end.ts'
import { countOf, useFolders } from '../gallery/folders.ts'
import { useCollections } from '../gallery/use-collections.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { filterCount, NO_FILTERS } from '../state/address.ts'
import type { Page } from './use-page.ts'

interface NoPicturesProps {
  page: Page
  /** undefined for users who may not add files. */
  onAddFiles: (() => void) | undefined
  onDraw: () => void
  onChoosePicture: () => void
}

/** Why there are no pictures, and what to do. */
export function NoPictures(props: NoPicturesProps) {
  return (
    <div ref={passFocusAtEnd} className="contents">
      <Reason {...props} />
    </div>
  )
}

function Reason({ page, onAddFiles, onDraw, onChoosePicture }: NoPicturesProps) {
  const { search, state, change, lists } = page
  const { gallery, query, app } = messages
  const { nothing } = viewMessages
  const { data: root } = useFolders()
  const isSavedSearch = useCollections().some(({ id, kind }) => id === state.collection && kind === 'search')
  const filters = filterCount(state)
  const clear = <Button onClick={() => change(NO_FILTERS)}>{gallery.clearFilters}</Button>
  if (search.isOnlyUnwanted) {
    return (
      <EmptyState icon={<Minus />} title={nothing.onlyNegativeTitle} text={nothing.onlyNegative}>
        <Button variant="primary" icon={<Pencil />} onClick={onDraw}>
          {query.draw}
        </Button>
        <Button icon={<ImagePlus />} onClick={onChoosePicture}>
          {query.usePicture}
        </Button>
      </EmptyState>
    )
  }
  if (search.hasResults && !lists.isFurtherShown) {
    return (
      <EmptyState
        icon={<ScanSearch />}
        title={gallery.nothingClose(search.hasDrawing)}
        text={nothing.nothingClose(search.hasDrawing)}
      >
        <Button onClick={() => lists.setFurtherShown(true)}>{gallery.showFurther}</Button>
        {filters > 0 && clear}
      </EmptyState>
    )
  }
  const toGallery = (
    <Button icon={<Images />} onClick={() => change(NO_FILTERS)}>
      {gallery.allPictures}
    </Button>
  )
  if (filters === 1 && state.collection !== undefined)
    return (
      <EmptyState
        icon={<Layers />}
        title={isSavedSearch ? nothing.savedSearchTitle : nothing.collectionTitle}
        text={isSavedSearch ? nothing.savedSearch : nothing.collection}
      >
        {toGallery}
      </EmptyState>
    )
  if (filters === 1 && state.isRecent)
    return (
      <EmptyState icon={<Clock />} title={nothing.recentTitle} text={nothing.recent}>
        {toGallery}
      </EmptyState>
    )
  if (filters > 0) {
    return (
      <EmptyState
        icon={<SlidersHorizontal />}
        title={nothing.filteredTitle}
        text={root && nothing.filtered(filters, countOf(root))}
      >
        {clear}
      </EmptyState>
    )
  }
  return (
    <EmptyState icon={<Images />} title={nothing.emptyTitle} text={nothing.empty}>
      {onAddFiles && (
        <Button variant="primary" icon={<Upload />} onClick={onAddFiles}>
          {app.addFiles}
        </Button>
      )}
    </EmptyState>
  )
}
