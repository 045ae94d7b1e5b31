import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { getImage } from '../api/client.ts'
import { serverUrl } from '../api/server-url.ts'
import { lazyPart } from '../components/lazy-part.tsx'
import type { Layout } from '../components/use-layout.ts'
import { messages } from '../messages/messages.ts'
import { replaceBy } from '../sketch/sketch.ts'
import { SketchPanel } from '../sketch/sketch-panel.tsx'
import type { Trace } from '../sketch/use-trace.tsx'
import { placeAmongSame, type QueryTerm } from '../state/query-terms.ts'
import { FirstVisit } from './first-visit.tsx'
import type { Page } from './use-page.ts'

const PaneCommands = lazyPart(async () => ({ default: (await import('./pane-commands.tsx')).PaneCommands }))
const LostPicture = lazyPart(async () => ({ default: (await import('./lost-picture.tsx')).LostPicture }))
const RegionPicker = lazyPart(async () => ({
  default: (await import('../region/region-picker.tsx')).RegionPicker,
}))

interface QueryPaneProps {
  page: Page
  layout: Layout
  isFull: boolean
  setFull: (isFull: boolean) => void
  /** undefined on a phone. */
  onClose: (() => void) | undefined
  onChoosePicture: () => void
  onUseWords: () => void
  trace: Trace
  /** Whether this pane was used last: its keys are on. */
  hasKeys: boolean
}

/** The sheet, or the picture that is searched with. */
export function QueryPane({
  page,
  layout,
  isFull,
  setFull,
  onClose,
  onChoosePicture,
  onUseWords,
  trace,
  hasKeys,
}: QueryPaneProps) {
  const { sheet } = page
  if (sheet.openTerm !== undefined)
    return (
      <PicturePane page={page} term={sheet.openTerm} onTrace={trace.onTrace}>
        {onClose !== undefined && <PaneCommands isFull={isFull} setFull={setFull} onClose={onClose} />}
      </PicturePane>
    )
  return (
    <SketchPanel
      sketch={sheet.sketch}
      onChange={sheet.draw}
      onLive={sheet.preview}
      matchColours={sheet.isMatchingColours}
      onMatchColours={sheet.matchColours}
      layout={layout}
      isFull={isFull}
      setFull={setFull}
      onClose={onClose}
      empty={
        sheet.isRestored && page.state.terms.every(({ kind }) => kind === 'colours') ? (
          <FirstVisit
            onExample={(example) => sheet.draw(replaceBy(sheet.sketch, example))}
            onPicture={page.picture.keep}
            onChoose={onChoosePicture}
            onWords={page.hasWords ? onUseWords : undefined}
            isCompact={layout === 'phone'}
          />
        ) : (
          <p className="grid h-full place-items-center px-8 pb-16 text-center text-ink-2">
            {messages.query.firstTitle}
          </p>
        )
      }
      saved={sheet.saved}
      trace={trace}
      hasKeys={hasKeys}
    />
  )
}

interface PicturePaneProps {
  page: Page
  term: QueryTerm
  onTrace: (url: string) => void
  children: ReactNode
}

function PicturePane({ page, term, onTrace, children }: PicturePaneProps) {
  const { sheet, actions } = page
  const isGone = page.lists.trash.gone.has(term.id)
  const {
    data: image,
    error,
    refetch,
  } = useQuery({
    queryKey: ['images', 'one', term.id],
    queryFn: ({ signal }) => getImage(term.id, signal),
    enabled: term.kind === 'image' && !isGone,
  })
  const src = term.kind === 'image' ? image?.preview_url : serverUrl(`/api/queries/${term.id}/image`)
  const waiting = <div className="absolute inset-0 animate-pulse-soft bg-sunken" />
  if (src === undefined)
    return (
      <>
        {error !== null || isGone ? (
          <LostPicture
            error={isGone ? null : error}
            onRemove={() => actions.remove(term)}
            onRetry={() => void refetch()}
            whileLoading={waiting}
          />
        ) : (
          waiting
        )}
        {children}
      </>
    )
  return (
    <RegionPicker
      // The tool and the lasso belong to one region.
      key={`${term.id} ${placeAmongSame(page.state.terms, term)}`}
      src={src}
      name={image?.user_visible_name ?? messages.query.yourPicture}
      {...(image === undefined ? {} : { size: { width: image.width, height: image.height } })}
      region={sheet.liveRegion === undefined ? term.region : sheet.liveRegion.region}
      onChange={(region, isDone) => {
        sheet.setLiveRegion(isDone ? undefined : { term, region })
        if (isDone) actions.update(term, { region })
      }}
      onCancel={() => sheet.setLiveRegion(undefined)}
      onAddRegion={term.region === undefined ? undefined : () => actions.addRegion(term)}
      onTrace={() => onTrace(src)}
      whileLoading={waiting}
    >
      {children}
    </RegionPicker>
  )
}
