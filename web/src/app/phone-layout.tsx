import { Images } from 'lucide-react'
import { type CSSProperties, useEffect, useRef, useState } from 'react'
import { serverUrl } from '../api/server-url.ts'
import { BottomSheet, DETENTS, type Detent } from '../components/bottom-sheet.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { lazyPart } from '../components/lazy-part.tsx'
import { Filters } from '../gallery/filters.tsx'
import type { Section } from '../gallery/grid-layout.ts'
import { messages } from '../messages/messages.ts'
import { LazyQueryChips } from '../query/lazy-query-chips.tsx'
import { PictureMenu } from '../query/picture-menu.tsx'
import { WordsField } from '../query/words-field.tsx'
import { Failures } from '../status/failures.tsx'
import type { LayoutProps } from './layout-props.ts'
import { ListMenu } from './list-menu.tsx'
import { OtherViews } from './other-views.tsx'
import { useQueryChips } from './page-query-bar.tsx'
import { PANE, paneOf } from './panes.ts'
import { PlaceRow } from './place-chip.tsx'
import { QueryPane } from './query-pane.tsx'
import { ResultsPane } from './results-pane.tsx'
import type { Page } from './use-page.ts'

const loadGallery = () => import('./phone-gallery.tsx')
const PhoneGalleryHead = lazyPart(async () => ({ default: (await loadGallery()).PhoneGalleryHead }))
const PhoneGalleryPill = lazyPart(async () => ({ default: (await loadGallery()).PhoneGalleryPill }))
const AddMenu = lazyPart(async () => ({ default: (await import('./add-menu.tsx')).AddMenu }))

/** The results cover the pane, which opens below them when a part of the search is opened. */
const FULL: Detent = 2

/** One pane: the sheet with the results in a bottom sheet, or the gallery on the whole screen. */
export function PhoneLayout(props: LayoutProps) {
  const { page, isPaneOpen, setPaneOpen } = props
  const [detent, setDetent] = useState<Detent>(0)
  const { openings } = page.sheet
  const shown = useRef(openings)
  useEffect(() => {
    if (shown.current === openings) return
    shown.current = openings
    setDetent((old) => (old === FULL ? 0 : old))
  }, [openings])
  const isElse = page.state.show !== undefined
  if (!isPaneOpen || isElse) return <PhoneGallery {...props} />
  return (
    <>
      <PhoneBar {...props} isPaneOpen={detent !== FULL} />
      <div
        {...paneOf(() => props.onPane('query'))}
        style={{ '--sheet-inset-bottom': `${DETENTS[detent] * 100}dvh` } as CSSProperties}
        // At the greatest height the chip alone stands for the sketch.
        className={`relative min-h-0 flex-1 overflow-hidden ${detent === FULL ? 'invisible' : ''}`}
      >
        <QueryPane
          page={page}
          layout="phone"
          isFull={detent === 0}
          setFull={(isFull) => setDetent(isFull ? 0 : 1)}
          onClose={undefined}
          onChoosePicture={props.onChoosePicture}
          onUseWords={props.onWords}
          trace={props.trace}
          hasKeys={props.hasSheetKeys}
        />
      </div>
      <BottomSheet
        label={messages.app.results}
        detent={detent}
        onDetent={setDetent}
        onUse={() => props.onPane('results')}
        head={<PhoneHead {...props} onGallery={() => setPaneOpen(false)} />}
      >
        <ResultsPane
          {...props}
          hasHead={false}
          // As high as the head, so that the grabber is within reach.
          barClassName="absolute inset-x-0 bottom-full z-10 *:h-11"
          isTitleOutside={titleOf(page) !== undefined}
        />
      </BottomSheet>
    </>
  )
}

/** The parts of the search, and ways to add to them. */
function PhoneBar(props: LayoutProps) {
  const { page, onChoosePicture } = props
  const chips = useQueryChips({ ...props, onTrace: props.trace.onTrace })
  const isEmpty = chips.sketch === undefined && chips.terms.length === 0
  return (
    <header
      {...PANE}
      className="relative z-10 flex h-14 shrink-0 items-center gap-1 border-line border-b bg-surface px-2"
    >
      <h1 className="sr-only">{messages.app.title}</h1>
      {isEmpty && <img src={serverUrl('/icon.svg')} alt="" className="mx-1.5 size-8" />}
      <LazyQueryChips {...chips} wordsRef={props.wordsRef} />
      {page.words && (
        // Beside chips there is no room: the field stands below them while it is used.
        <WordsField
          ref={props.wordsRef}
          isFirst={isEmpty}
          {...page.words}
          // The field gives way to the sheet.
          onDone={() => props.wordsRef.current?.blur()}
          className={
            isEmpty
              ? ''
              : 'sr-only focus-within:not-sr-only focus-within:absolute focus-within:inset-x-0 focus-within:top-full focus-within:z-1 focus-within:border-line focus-within:border-b focus-within:bg-surface focus-within:px-2 focus-within:py-1.5'
          }
        />
      )}
      {isEmpty ? (
        <PictureMenu onChoose={onChoosePicture} onPicture={page.picture.keep} />
      ) : (
        <AddMenu {...props} whileLoading={<span className="w-11" />} />
      )}
      {!(isEmpty && page.words) && <span className="flex-1" />}
      <Failures />
      {props.settings}
    </header>
  )
}

/** The first group of the results, if its title has no button. It stands beside the filters, which saves a line. */
function titleOf({ lists, search }: Page): Section | undefined {
  const [first] = lists.list.count === 0 || search.isOnlyUnwanted ? [] : lists.sections
  return first?.action === undefined ? first : undefined
}

function PhoneHead({ page, onGallery }: LayoutProps & { onGallery: () => void }) {
  const title = titleOf(page)
  return (
    // The grabber reaches below the text. The bar of a selection covers the head.
    <div
      inert={page.lists.selection.isOn}
      className="pointer-events-none flex flex-wrap items-center gap-x-1 pr-1 pl-4 *:pointer-events-auto *:relative"
    >
      {/* A detail that does not fit beside the title wraps out of sight. */}
      <div className="pointer-events-none! flex max-h-7 min-w-0 flex-1 basis-32 flex-wrap items-baseline gap-x-2 gap-y-4 overflow-hidden">
        {title !== undefined && (
          <>
            <h2 className="title max-w-full shrink-0 truncate text-20">{title.title}</h2>
            <span className="whitespace-nowrap text-13 text-ink-2">{title.detail}</span>
          </>
        )}
      </div>
      <Filters
        state={page.state}
        change={page.change}
        isNarrow
        sorted={page.search.hasResults ? 'results' : 'gallery'}
      />
      <ListMenu page={page} />
      <IconButton label={messages.app.gallery} onPointerDown={PhoneGalleryHead.preload} onClick={onGallery}>
        <Images />
      </IconButton>
      <PlaceRow page={page} />
    </div>
  )
}

/** The gallery on the whole screen, with a pill to go elsewhere. */
function PhoneGallery(props: LayoutProps) {
  const { page } = props
  const { show } = page.state
  const isReview = show === 'duplicates'
  return (
    <>
      {/* The review has a head of its own, and needs the height. */}
      {!isReview && <PhoneGalleryHead {...props} whileLoading={<div className="h-14 shrink-0" />} />}
      {show === undefined && <PlaceRow page={page} />}
      <main
        {...paneOf(() => props.onPane('results'))}
        id="results"
        tabIndex={-1}
        aria-label={messages.app.results}
        className="min-h-0 flex-1 outline-none"
      >
        <h1 className="sr-only">{messages.app.title}</h1>
        <OtherViews page={page}>
          <ResultsPane
            {...props}
            hasHead={false}
            barClassName="fixed inset-x-0 top-[env(safe-area-inset-top)] z-20"
          />
        </OtherViews>
      </main>
      {/* The review of duplicates has buttons there. */}
      {!isReview && <PhoneGalleryPill {...props} />}
    </>
  )
}
