import { useCallback, useMemo, useRef, useState } from 'react'
import { cleared, hasEnoughInk, isBlank, type Sketch } from '../sketch/sketch.ts'
import { useAddressedSketch } from '../sketch/use-addressed-sketch.ts'
import { isElsewhere } from '../state/address.ts'
import type { PageControl } from '../state/page-state.ts'
import {
  type Influence,
  MEDIUM,
  type QueryTerm,
  type Region,
  SKETCH_COLOURS,
  weightOf,
} from '../state/query-terms.ts'

/** Content of the query pane: the sheet, or a picture of the search. */
export interface OpenPicture {
  kind: QueryTerm['kind']
  id: string
  /** Among the parts with the same picture, each with a region of its own. */
  nth: number
}

/** The drawing and the other parts of the search, and which of them the query pane shows. */
export function useSheet({ state, change, changeTerms }: PageControl) {
  /** The influence of the drawing stays while its saved versions replace each other in the address. */
  const changeKeptTerms = useCallback(
    (update: (terms: QueryTerm[]) => QueryTerm[], isReplaced: boolean) =>
      changeTerms((old) => {
        const influence = sketchTermOf(old)?.influence
        return update(old).map((term) =>
          term.kind === 'sketch' && influence !== undefined ? { ...term, influence } : term,
        )
      }, isReplaced),
    [changeTerms],
  )
  const addressed = useAddressedSketch(state.terms, changeKeptTerms, isElsewhere(state))
  const { sketch, draw: drawOn } = addressed
  const [opened, setOpened] = useState<OpenPicture>()
  const [openings, setOpenings] = useState(0)
  const open = (picture: OpenPicture | undefined) => {
    setOpened(picture)
    setOpenings((old) => old + 1)
  }
  /** The region that is being dragged; the address gets it when it is let go. */
  const [liveRegion, setLiveRegion] = useState<{ term: QueryTerm; region: Region | undefined }>()
  /** Cancels a picture that is still being sent: a newer query replaces it. */
  const onNewQuery = useRef(() => {})
  const [isSavedOpen, setSavedOpen] = useState(false)
  const isShowingElse = state.show !== undefined
  const draw = useCallback(
    (next: Sketch) => {
      onNewQuery.current()
      if (isShowingElse) change({ show: undefined })
      drawOn(next)
    },
    [isShowingElse, change, drawOn],
  )
  const sketchTerm = sketchTermOf(state.terms)
  const terms = useMemo(
    () =>
      state.terms
        .filter(({ kind }) => kind !== 'sketch')
        .map((term) => (term === liveRegion?.term ? { ...term, region: liveRegion.region } : term)),
    [state.terms, liveRegion],
  )
  const same = state.terms.filter(({ kind, id }) => kind === opened?.kind && id === opened.id)
  const openTerm = same[Math.min(opened?.nth ?? 0, same.length - 1)]
  return {
    ...addressed,
    draw,
    terms,
    sketchTerm,
    hasInk: hasEnoughInk(sketch.strokes),
    weight: weightOf(sketchTerm ?? {}),
    influence: sketchTerm?.influence ?? MEDIUM,
    setInfluence: (influence: Influence) =>
      changeTerms((old) => old.map((term) => (term.kind === 'sketch' ? { ...term, influence } : term)), true),
    clear: () => {
      if (!isBlank(sketch)) draw(cleared(sketch))
    },
    /** A drawing that the address does not name yet would stay when another search replaces it. */
    clearUnnamed: () => {
      if (sketchTerm === undefined && !isBlank(sketch)) drawOn(cleared(sketch))
    },
    onNewQuery,
    /** The part whose picture the query pane shows; undefined: the sheet. */
    openTerm,
    openPicture: ({ kind, id }: Pick<QueryTerm, 'kind' | 'id'>, nth = 0) => open({ kind, id, nth }),
    isMatchingColours: state.terms.some(({ kind }) => kind === 'colours'),
    matchColours: (isOn: boolean) =>
      changeTerms((old) => {
        const others = old.filter(({ kind }) => kind !== 'colours')
        return isOn ? [...others, SKETCH_COLOURS] : others
      }, false),
    openSheet: () => open(undefined),
    /** Number of times that the sheet or a picture was opened, also the one that was open already. */
    openings,
    /** The saved sketches, which stay open while the width of the window changes the layout. */
    saved: { isOpen: isSavedOpen, setOpen: setSavedOpen },
    liveRegion: liveRegion?.term === openTerm ? liveRegion : undefined,
    setLiveRegion,
  }
}

function sketchTermOf(terms: readonly QueryTerm[]): QueryTerm | undefined {
  return terms.find(({ kind }) => kind === 'sketch')
}
