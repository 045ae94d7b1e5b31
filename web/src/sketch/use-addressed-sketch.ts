import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import { ApiError, getSavedQuery, isPassing, saveQuery } from '../api/client.ts'
import { messages } from '../messages/messages.ts'
import type { QueryTerm } from '../state/query-terms.ts'
import { fromKept, toKept } from './kept-sketch.ts'
import { PICTURE_SIDE, renderSketch } from './picture.ts'
import { SheetStore } from './sheet-store.ts'
import {
  appendStrokes,
  cleared,
  EMPTY_SKETCH,
  hasEnoughInk,
  isSameDrawing,
  replaceBy,
  type Sketch,
} from './sketch.ts'
import { useDrag } from './use-drag.ts'

/** The server saves a drawing when nothing has been added for this long. Results do not wait for it. */
const SAVE_AFTER_MS = 700

export interface AddressedSketch {
  sketch: Sketch
  /** With the stroke under way; otherwise the sketch. */
  live: Sketch
  draw: (sketch: Sketch) => void
  /** Takes the sketch with the drag under way, from its beginning on; undefined after its end. */
  preview: (sketch: Sketch | undefined) => void
  /** False for a moment, while the sketch that was on the sheet before a reload is read. */
  isRestored: boolean
  /** Whether the address names the sketch with its last stroke. */
  isNamed: boolean
  /** Why the drawing that the address names could not be loaded. */
  problem: string | undefined
}

/**
 * The drawing that the page's address names. New ink is saved by the server and named in the address; a drawing that the
 * address comes to name otherwise (by a link, by Back) is fetched. The browser keeps sketch and history over a reload.
 * @param isPaused while a view covers the page, whose address is not that of the drawing
 */
export function useAddressedSketch(
  terms: QueryTerm[],
  changeTerms: ChangeTerms,
  isPaused: boolean,
): AddressedSketch {
  const [sketch, setSketch] = useState<Sketch>(EMPTY_SKETCH)
  const { live, preview, untilEnd } = useDrag(sketch)
  const named = useRef<Named>({ id: undefined, strokes: EMPTY_SKETCH.strokes })
  const id = terms.find(({ kind }) => kind === 'sketch')?.id
  const isRestored = useRestoredSketch(sketch, setSketch, named, id, untilEnd)
  const { problem, abort } = useNamedDrawing(id, isRestored, named, sketch, setSketch, untilEnd)
  useSavedDrawing(sketch, !isPaused && isRestored, named, changeTerms)

  const draw = useCallback(
    (next: Sketch) => {
      // A drawing that is still being fetched does not replace new ink.
      abort()
      setSketch(next)
    },
    [abort],
  )
  const isNamed = named.current.strokes === live.strokes
  return { sketch, live, draw, preview, isRestored, isNamed, problem }
}

/** Fetches the drawing that the address names, where it is not the one on the sheet. */
function useNamedDrawing(
  id: string | undefined,
  isReady: boolean,
  named: RefObject<Named>,
  sketch: Sketch,
  setSketch: (sketch: Sketch) => void,
  untilDragEnd: () => Promise<void>,
): { problem: string | undefined; abort: () => void } {
  const [problem, setProblem] = useState<string>()
  const fetchingRef = useRef<AbortController>(undefined)
  const latest = useRef(sketch)
  latest.current = sketch

  useEffect(() => {
    if (!isReady) return
    setProblem(undefined)
    if (id === named.current.id) return
    if (id === undefined) {
      // The sketch was removed from the search. Undo returns it.
      const next = cleared(latest.current)
      named.current = { id, strokes: next.strokes }
      setSketch(next)
      return
    }
    const fetching = new AbortController()
    fetchingRef.current = fetching
    const { signal } = fetching
    const fetchSaved = async () => {
      try {
        const saved = await retryWhileOffline(() => getSavedQuery(id, signal), signal, setProblem)
        // It would end a stroke that is being drawn, which may become new ink.
        await untilDragEnd()
        signal.throwIfAborted()
        const loaded = fromKept(saved.sketch) ?? EMPTY_SKETCH
        // A reload may come between naming the drawing and keeping its name: that is no step of the history. Other ink
        // that was not saved comes back by Undo.
        const next = isSameDrawing(loaded, latest.current)
          ? latest.current
          : replaceBy(latest.current, loaded)
        named.current = { id, strokes: next.strokes }
        setProblem(undefined)
        setSketch(next)
      } catch (error) {
        if (!signal.aborted) setProblem(reasonOf(error))
      }
    }
    void fetchSaved()
    return () => fetching.abort()
  }, [id, isReady, named, setSketch, untilDragEnd])

  const abort = useCallback(() => {
    setProblem(undefined)
    fetchingRef.current?.abort()
  }, [])
  return { problem, abort }
}

/** Saves new ink on the server once nothing has been added for a while, and names it in the address. */
function useSavedDrawing(
  sketch: Sketch,
  isOn: boolean,
  named: RefObject<Named>,
  changeTerms: ChangeTerms,
): void {
  const name = useCallback(
    (newId: string | undefined, strokes: Sketch['strokes']) => {
      const isFirst = named.current.id === undefined
      named.current = { id: newId, strokes }
      const own: QueryTerm[] = newId === undefined ? [] : [{ kind: 'sketch', id: newId, isWanted: true }]
      const update = (old: QueryTerm[]) => [...own, ...old.filter(({ kind }) => kind !== 'sketch')]
      changeTerms(update, !isFirst && newId !== undefined)
    },
    [changeTerms, named],
  )

  useEffect(() => {
    if (!isOn) return
    const { strokes } = sketch
    const isSearched = hasEnoughInk(strokes)
    if (strokes === named.current.strokes || (!isSearched && named.current.id === undefined)) return
    if (!isSearched) {
      name(undefined, strokes)
      return
    }
    const sending = new AbortController()
    const timer = setTimeout(async () => {
      try {
        const picture = await renderSketch(strokes, PICTURE_SIDE)
        const save = () => saveQuery(picture, 'sketch', { sketch: toKept(sketch), signal: sending.signal })
        const saved = await retryWhileOffline(save, sending.signal)
        if (!sending.signal.aborted) name(saved.id, strokes)
      } catch (error) {
        // The search works without an address.
        if (!sending.signal.aborted) console.info('The sketch has no address yet:', error)
      }
    }, SAVE_AFTER_MS)
    return () => {
      sending.abort()
      clearTimeout(timer)
    }
  }, [sketch, name, isOn, named])
}

type ChangeTerms = (update: (terms: QueryTerm[]) => QueryTerm[], isReplaced: boolean) => void

/** The drawing that the address names. */
interface Named {
  id: string | undefined
  strokes: Sketch['strokes']
}

/** Restores the sheet of this tab, and stores its changes. @returns whether it has been restored */
function useRestoredSketch(
  sketch: Sketch,
  setSketch: (update: (sketch: Sketch) => Sketch) => void,
  named: RefObject<Named>,
  id: string | undefined,
  untilDragEnd: () => Promise<void>,
): boolean {
  const [store] = useState(() => new SheetStore())
  const [isRestored, setRestored] = useState(!store.mayHaveSheet)

  useEffect(() => {
    let isEnded = false
    const restore = async () => {
      try {
        const stored = await store.load()
        // It would end a stroke that is being drawn.
        await untilDragEnd()
        if (isEnded) return
        if (stored !== undefined) {
          const { sketch: restored, address, isSaved } = stored
          named.current = { id: address, strokes: isSaved ? restored.strokes : [] }
          // Strokes that were drawn in the meantime come on top.
          setSketch(({ strokes }) => appendStrokes(restored, strokes))
        }
      } catch (error) {
        console.warn('The sketch of this tab could not be restored:', error)
      }
      if (!isEnded) setRestored(true)
      await store.removeOld()
    }
    void restore()
    return () => {
      isEnded = true
    }
  }, [store, setSketch, named, untilDragEnd])

  useEffect(() => {
    if (!isRestored || (sketch === EMPTY_SKETCH && !store.mayHaveSheet)) return
    const { current } = named
    store.save({
      sketch,
      address: current.id,
      isSaved: current.strokes === sketch.strokes && current.id === id,
    })
  }, [sketch, id, isRestored, store, named])

  useEffect(() => {
    const onHide = () => store.flush()
    addEventListener('pagehide', onHide)
    return () => removeEventListener('pagehide', onHide)
  }, [store])
  return isRestored
}

const RETRY_AFTER_MS = 3_000

/** Repeats a request while the server is away. @param onAway receives the reason for the delay */
async function retryWhileOffline<T>(
  request: () => Promise<T>,
  signal: AbortSignal,
  onAway?: (reason: string) => void,
): Promise<T> {
  for (;;) {
    try {
      return await request()
    } catch (error) {
      if (signal.aborted || !isPassing(error)) throw error
      onAway?.((error as Error).message)
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS))
      signal.throwIfAborted()
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof ApiError && error.code === 'query_not_found') return messages.query.sketchLost
  return error instanceof Error ? error.message : String(error)
}
