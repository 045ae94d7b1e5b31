import { PencilLine } from 'lucide-react'
import { type ReactNode, type RefObject, useRef, useState } from 'react'
import { Divider } from '../components/divider.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { type Layout, useMeasures } from '../components/use-layout.ts'
import { useElementSize } from '../gallery/use-element-size.ts'
import { messages } from '../messages/messages.ts'
import { PICTURE_SIDE } from '../sketch/picture.ts'
import type { Stroke } from '../sketch/stroke.ts'
import { useSketchPicture } from '../sketch/use-sketch-picture.ts'
import { isElsewhere } from '../state/address.ts'
import { useStoredNumber } from '../state/settings.ts'
import { useBackInstead } from '../state/use-back-instead.ts'
import type { LayoutProps } from './layout-props.ts'
import { LazyLibrary } from './lazy-library.tsx'
import { OtherViews } from './other-views.tsx'
import { PageQueryBar } from './page-query-bar.tsx'
import { PANE, paneOf } from './panes.ts'
import { QueryPane } from './query-pane.tsx'
import { ResultsPane } from './results-pane.tsx'
import { TopBar } from './top-bar.tsx'

interface WideLayoutProps extends LayoutProps {
  layout: Exclude<Layout, 'phone'>
  isLibraryOpen: boolean
}

const MIN_SHARE = { side: 0.28, stacked: 0.35 }
/** A drag that goes this much further than the least share closes the pane. */
const CLOSING_SHARE = 0.06
const MAX_SHARE = { side: 0.7, stacked: 0.75 }
/** Share of the window while the sheet is in full screen: a strip of results stays. */
const FULL_SHARE = { side: 0.78, stacked: 0.78 }

/** Library, query pane and results beside each other; query above results in a narrower window. */
export function WideLayout(props: WideLayoutProps) {
  const { page, layout, isLibraryOpen, isPaneOpen, setPaneOpen, settings } = props
  const isSide = layout === 'side'
  // The review compares pictures, which takes the whole window.
  const isReview = page.state.show === 'duplicates'
  const panesRef = useRef<HTMLDivElement>(null)
  return (
    <>
      {!isReview && (
        <TopBar
          isLibraryOpen={isLibraryOpen}
          onLibrary={props.onLibrary}
          onAddFiles={props.onAddFiles}
          settings={settings}
        >
          <PageQueryBar
            page={page}
            isPaneOpen={isPaneOpen}
            onDraw={props.onDraw}
            onChoosePicture={props.onChoosePicture}
            onTrace={props.trace.onTrace}
            wordsRef={props.wordsRef}
          />
        </TopBar>
      )}
      <div className="flex min-h-0 flex-1">
        {isLibraryOpen && !isReview && (
          <nav
            {...PANE}
            aria-label={messages.gallery.library}
            className="w-64 shrink-0 overflow-y-auto border-line border-r bg-surface px-2.5 py-3.5"
          >
            <LazyLibrary page={page} onDraw={props.onDraw} />
          </nav>
        )}
        <div ref={panesRef} data-panes className={`flex min-h-0 min-w-0 flex-1 ${isSide ? '' : 'flex-col'}`}>
          {isReview ? null : isPaneOpen ? (
            <SizedPane {...props} panesRef={panesRef} />
          ) : (
            <ClosedPane
              isSide={isSide}
              strokes={page.sheet.sketch.strokes}
              onOpen={() => setPaneOpen(true)}
            />
          )}
          <main
            {...paneOf(() => props.onPane('results'))}
            id="results"
            tabIndex={-1}
            aria-label={messages.app.results}
            className="min-h-0 min-w-0 flex-1 outline-none"
          >
            {isReview && <h1 className="sr-only">{messages.app.title}</h1>}
            <OtherViews page={page}>
              <ResultsPane {...props} />
            </OtherViews>
          </main>
        </div>
      </div>
    </>
  )
}

interface SizedPaneProps extends WideLayoutProps {
  /** Contains the query pane and the results. */
  panesRef: RefObject<HTMLDivElement | null>
}

/** The query pane and the divider that gives it its size. */
function SizedPane({ page, layout, setPaneOpen, trace, panesRef, ...props }: SizedPaneProps) {
  const measures = useMeasures()
  const [stored, setStored] = useStoredNumber(`share-${layout}`, measures.share)
  const [isFull, setFull] = useState(false)
  useBackInstead(isFull && !isElsewhere(page.state), () => setFull(false))
  const isSide = layout === 'side'
  const panes = useElementSize(panesRef)
  const least = Math.max(
    MIN_SHARE[layout],
    measures.leastPane / ((isSide ? panes.width : panes.height) || Infinity),
  )
  // In a low window, the results need the rest.
  const min = Math.min(least, isSide ? MAX_SHARE.side : measures.share)
  const share = isFull ? FULL_SHARE[layout] : Math.max(stored, min)
  const resize = (next: number) => {
    setFull(false)
    setStored(next)
  }
  return (
    <section aria-label={messages.app.queryPane} className="contents">
      <div
        {...paneOf(() => props.onPane('query'))}
        // The first share is that of a window that has not been measured.
        style={{
          flexBasis: `${share * 100}%`,
          ...(isSide && { minWidth: `min(${measures.leastPane}px, ${MAX_SHARE.side * 100}%)` }),
        }}
        className="relative min-h-0 shrink-0 [container-type:size] overflow-hidden side:[--sheet-inset-bottom:env(safe-area-inset-bottom)]"
      >
        <QueryPane
          page={page}
          layout={layout}
          isFull={isFull}
          setFull={setFull}
          onClose={() => setPaneOpen(false)}
          onChoosePicture={props.onChoosePicture}
          onUseWords={props.onWords}
          trace={trace}
          hasKeys={props.hasSheetKeys}
        />
      </div>
      <Divider
        label={isSide ? messages.app.divider : messages.app.dividerHeight}
        orientation={isSide ? 'vertical' : 'horizontal'}
        share={share}
        min={min}
        max={MAX_SHARE[layout]}
        closeBelow={Math.min(MIN_SHARE[layout], min - CLOSING_SHARE)}
        onShare={resize}
        onReset={() => resize(measures.share)}
        onClose={() => setPaneOpen(false)}
      />
    </section>
  )
}

interface ClosedPaneProps {
  isSide: boolean
  strokes: readonly Stroke[]
  onOpen: () => void
}

/** The strip of a closed query pane, with the drawing in small. */
function ClosedPane({ isSide, strokes, onOpen }: ClosedPaneProps): ReactNode {
  const src = useSketchPicture(strokes, PICTURE_SIDE)
  return (
    <div
      className={`flex shrink-0 justify-center bg-surface py-1 ${isSide ? 'w-12 border-line border-r' : 'h-12 items-center border-line border-b'}`}
    >
      <IconButton label={messages.app.openQueryPane} keys="D" onClick={onOpen}>
        {src === undefined ? (
          <PencilLine />
        ) : (
          <img
            src={src}
            alt=""
            className="size-9 rounded-tile border border-line bg-paper object-contain dark:hue-rotate-180 dark:invert-90"
          />
        )}
      </IconButton>
    </div>
  )
}
