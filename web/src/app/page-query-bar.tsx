import type { RefObject } from 'react'
import { QueryBar } from '../query/query-bar.tsx'
import { PICTURE_SIDE } from '../sketch/picture.ts'
import { useSketchPicture } from '../sketch/use-sketch-picture.ts'
import { placeAmongSame } from '../state/query-terms.ts'
import { coloursOf } from './sketch-colours.ts'
import type { Page } from './use-page.ts'

export interface PageQueryBarProps {
  page: Page
  isPaneOpen: boolean
  onDraw: () => void
  onChoosePicture: () => void
  onTrace: (url: string) => void
  wordsRef: RefObject<HTMLInputElement | null>
}

export function PageQueryBar(props: PageQueryBarProps) {
  const chips = useQueryChips(props)
  const { page, isPaneOpen, onDraw, onChoosePicture } = props
  return (
    <QueryBar
      {...chips}
      isPaneClosed={!isPaneOpen}
      onDraw={onDraw}
      onChoosePicture={onChoosePicture}
      onPicture={page.picture.keep}
      onClear={() => clearSearch(page)}
      words={page.words}
      wordsRef={props.wordsRef}
    />
  )
}

/** Removes the drawing and all other parts, in one step of the history. */
export function clearSearch({ sheet, actions }: Page): void {
  sheet.clear()
  actions.setTerms([])
}

/** The parts of the search as the chips show them. */
export function useQueryChips({
  page,
  isPaneOpen,
  onDraw,
  onTrace,
}: Pick<PageQueryBarProps, 'page' | 'isPaneOpen' | 'onDraw' | 'onTrace'>) {
  const { sheet, actions, state } = page
  const { strokes } = sheet.sketch
  const colours = coloursOf(strokes)
  const src = useSketchPicture(strokes, PICTURE_SIDE)
  return {
    sketch: sheet.hasInk
      ? {
          src,
          influence: sheet.influence,
          isOpen: isPaneOpen && sheet.openTerm === undefined,
          onOpen: onDraw,
          onInfluence: sheet.setInfluence,
          onRemove: sheet.clear,
        }
      : undefined,
    terms: state.terms.filter(({ kind }) => kind !== 'sketch' && (kind !== 'colours' || colours.length > 0)),
    colours: colours.map(({ hex }) => hex),
    gone: page.lists.trash.gone,
    openTerm: isPaneOpen ? sheet.openTerm : undefined,
    isPaneShown: isPaneOpen,
    onOpen: (term: (typeof state.terms)[number]) => {
      if (term.kind === 'colours') return onDraw()
      sheet.openPicture(term, placeAmongSame(state.terms, term))
    },
    onUpdate: actions.update,
    onRemove: actions.remove,
    onTrace,
  }
}
