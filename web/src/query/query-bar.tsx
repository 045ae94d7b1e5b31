import { Pencil, X } from 'lucide-react'
import { Button } from '../components/button.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { messages } from '../messages/messages.ts'
import { LazyQueryChips } from './lazy-query-chips.tsx'
import { passFocus } from './pass-focus.ts'
import { PictureMenu } from './picture-menu.tsx'
import type { QueryChipsProps } from './query-chips.tsx'
import { WordsField, type WordsSearch } from './words-field.tsx'

export interface QueryBarProps extends QueryChipsProps {
  /** Whether the query pane is closed. The bar then offers to draw. */
  isPaneClosed: boolean
  onDraw: () => void
  onChoosePicture: () => void
  onPicture: (picture: Blob) => void
  onClear: () => void
  /** undefined before the server has named its model. */
  words: WordsSearch | undefined
}

/** Everything that is searched with, and ways to add to it. */
export function QueryBar(props: QueryBarProps) {
  const { sketch, terms, openTerm, isPaneClosed, onDraw, onClear, words } = props
  const { query } = messages
  const isEmpty = sketch === undefined && terms.length === 0
  const isDrawing = !isPaneClosed && openTerm === undefined
  return (
    <search
      aria-label={query.bar}
      data-parts={!isEmpty || undefined}
      className="group/bar @container mx-auto flex h-12 w-full max-w-260 min-w-0 flex-1 items-center gap-1.5 rounded-card border border-line bg-page px-1.25 coarse:h-13"
    >
      {sketch === undefined && (
        <Button
          variant={isPaneClosed ? 'primary' : isDrawing ? 'chosen' : 'ghost'}
          icon={<Pencil />}
          aria-pressed={isDrawing}
          onClick={onDraw}
          className="not-coarse:h-9.5"
        >
          <span className="group-data-parts/bar:@max-lg:sr-only">{query.draw}</span>
        </Button>
      )}
      <LazyQueryChips {...props} />
      {words ? (
        <WordsField ref={props.wordsRef} isFirst={isEmpty} {...words} />
      ) : (
        <span className="min-w-2 flex-1" />
      )}
      {!isEmpty && (
        <IconButton
          label={query.clear}
          onClick={() => {
            passFocus(props.wordsRef)
            onClear()
          }}
          size="small"
        >
          <X />
        </IconButton>
      )}
      <PictureMenu onChoose={props.onChoosePicture} onPicture={props.onPicture} />
    </search>
  )
}
