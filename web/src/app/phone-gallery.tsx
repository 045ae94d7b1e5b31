import { Bookmark, CircleCheck, FolderTree, Pencil, Search, Upload } from 'lucide-react'
import { serverUrl } from '../api/server-url.ts'
import { Button } from '../components/button.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { focusTabStop } from '../components/use-focus-return.ts'
import { Filters } from '../gallery/filters.tsx'
import { messages } from '../messages/messages.ts'
import { Failures } from '../status/failures.tsx'
import type { LayoutProps } from './layout-props.ts'
import { ListMenu } from './list-menu.tsx'
import { PANE } from './panes.ts'

/** Ways from the gallery to the other parts of the page. */
export function PhoneGalleryPill({ page, onDraw, onLibrary, onWords, onCollections }: LayoutProps) {
  const { app, collections } = messages
  const { show } = page.state
  return (
    <nav
      aria-label={app.title}
      className="fixed bottom-[calc(env(safe-area-inset-bottom)+1rem)] left-1/2 z-20 -translate-x-1/2 gap-1 rounded-sheet bg-surface p-1.5 shadow-rest forced-colors:border flex"
    >
      <Button variant="primary" size="large" icon={<Pencil />} onClick={onDraw}>
        {app.draw}
      </Button>
      {/* The field stands on the sheet, which the other views have no room for. */}
      {show === undefined && page.words && (
        <IconButton label={app.search} onClick={onWords}>
          <Search />
        </IconButton>
      )}
      <IconButton label={app.showFolders} onClick={onLibrary}>
        <FolderTree />
      </IconButton>
      <IconButton label={collections.title} onClick={onCollections}>
        <Bookmark />
      </IconButton>
    </nav>
  )
}

/** The bar above the pictures in the gallery of a phone. */
export function PhoneGalleryHead({ page, onAddFiles, settings }: LayoutProps) {
  const isList = page.state.show === undefined
  return (
    // The bar of a selection covers it.
    <header
      {...PANE}
      inert={page.lists.selection.isOn}
      className="flex h-14 shrink-0 items-center gap-1 border-line border-b bg-surface px-2"
    >
      <img src={serverUrl('/icon.svg')} alt="" className="mx-1.5 size-8" />
      {isList && (
        <Filters
          state={page.state}
          change={page.change}
          isNarrow
          sorted={page.search.hasResults ? 'results' : 'gallery'}
        />
      )}
      <span className="flex-1" />
      <Failures />
      {isList && page.lists.list.count > 0 && (
        <IconButton
          label={messages.selection.start}
          onClick={() => {
            page.lists.selection.begin()
            focusTabStop()
          }}
        >
          <CircleCheck />
        </IconButton>
      )}
      {isList && <ListMenu page={page} />}
      {onAddFiles && (
        <IconButton label={messages.app.addFiles} onClick={onAddFiles}>
          <Upload />
        </IconButton>
      )}
      {settings}
    </header>
  )
}
