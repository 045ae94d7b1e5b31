import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiError, getSavedQuery, isPassing, saveQuery } from '../api/client.ts'
import { messages } from '../messages.ts'
import type { QueryTerm } from '../state/query-terms.ts'
import { renderSketch } from './render.ts'
import {
  addAction,
  EMPTY_SKETCH,
  fromKept,
  isBlank,
  replaceBy,
  type Sketch,
  toKept,
  visibleStrokes,
} from './sketch.ts'

/** A drawing is kept by the server when nothing more has been drawn for so long; the results do not wait for it. */
const KEEP_AFTER_MS = 700
const KEPT_SIDE = 512

export interface AddressedSketch {
  sketch: Sketch
  draw: (sketch: Sketch) => void
  /** Why the drawing that the address names is not here. */
  problem: string | undefined
}

/**
 * The drawing that the page's address names, and changing it: what is drawn is kept by the server and named in the address, what the
 * address names otherwise (a shared search, Back) is fetched and can be drawn on.
 * @param isPaused while something stands over the page, whose address is not that of the drawing
 */
export function useAddressedSketch(
  terms: QueryTerm[],
  changeTerms: (update: (terms: QueryTerm[]) => QueryTerm[], isReplaced: boolean) => void,
  isPaused: boolean,
): AddressedSketch {
  const [sketch, setSketch] = useState<Sketch>(EMPTY_SKETCH)
  const [problem, setProblem] = useState<string>()
  /** The drawing that the address names. */
  const named = useRef<{ id: string | undefined; done: Sketch['done'] }>({ id: undefined, done: [] })
  const fetchingRef = useRef<AbortController>(undefined)
  const latest = useRef(sketch)
  latest.current = sketch
  const id = terms.find(({ kind }) => kind === 'sketch')?.id

  const name = useCallback(
    (newId: string | undefined, done: Sketch['done']) => {
      const isFirst = named.current.id === undefined
      named.current = { id: newId, done }
      const own: QueryTerm[] = newId === undefined ? [] : [{ kind: 'sketch', id: newId, isWanted: true }]
      const update = (old: QueryTerm[]) => [...own, ...old.filter(({ kind }) => kind !== 'sketch')]
      changeTerms(update, !isFirst && newId !== undefined)
    },
    [changeTerms],
  )

  useEffect(() => {
    setProblem(undefined)
    if (id === named.current.id) return
    if (id === undefined) {
      // The search was taken away, the drawing can be had back.
      const cleared = isBlank(latest.current) ? EMPTY_SKETCH : addAction(latest.current, 'clear')
      named.current = { id, done: cleared.done }
      setSketch(cleared)
      return
    }
    const fetching = new AbortController()
    fetchingRef.current = fetching
    const fetchKept = async () => {
      try {
        const kept = await retryWhileOffline(
          () => getSavedQuery(id, fetching.signal),
          fetching.signal,
          setProblem,
        )
        const loaded = fromKept(kept.sketch) ?? EMPTY_SKETCH
        // What is on the sheet and has not been kept can be had back.
        const next = replaceBy(latest.current, loaded)
        named.current = { id, done: next.done }
        setProblem(undefined)
        setSketch(next)
      } catch (error) {
        if (!fetching.signal.aborted) setProblem(reasonOf(error))
      }
    }
    void fetchKept()
    return () => fetching.abort()
  }, [id])

  useEffect(() => {
    if (isPaused) return
    const { done } = sketch
    if (done === named.current.done || (isBlank(sketch) && named.current.id === undefined)) return
    if (isBlank(sketch)) {
      if (named.current.id !== undefined) name(undefined, done)
      return
    }
    const sending = new AbortController()
    const timer = setTimeout(async () => {
      try {
        const picture = await renderSketch(visibleStrokes(sketch), KEPT_SIDE)
        const keep = () => saveQuery(picture, 'sketch', { sketch: toKept(sketch), signal: sending.signal })
        const kept = await retryWhileOffline(keep, sending.signal)
        if (!sending.signal.aborted) name(kept.id, done)
      } catch {
        // Without an address the search works all the same.
      }
    }, KEEP_AFTER_MS)
    return () => {
      sending.abort()
      clearTimeout(timer)
    }
  }, [sketch, name, isPaused])

  const draw = useCallback((next: Sketch) => {
    setProblem(undefined)
    // What somebody draws meanwhile is not replaced by what comes late.
    fetchingRef.current?.abort()
    setSketch(next)
  }, [])
  return { sketch, draw, problem }
}

const RETRY_AFTER_MS = 3_000

/** Asks again while the server is away. @param onAway is told why it takes longer */
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
  if (error instanceof ApiError && error.code === 'query_not_found') return messages.query.lost
  return error instanceof Error ? error.message : String(error)
}
