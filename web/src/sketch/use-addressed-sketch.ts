import { useCallback, useEffect, useRef, useState } from 'react'
import { getKeptQuery, keepQuery } from '../api/client.ts'
import type { Example } from '../search/examples.ts'
import { renderSketch } from './render.ts'
import { addAction, EMPTY_SKETCH, fromKept, isBlank, type Sketch, toKept, visibleStrokes } from './sketch.ts'

/** A drawing is kept by the server when nothing more has been drawn for so long; the results do not wait for it. */
const KEEP_AFTER_MS = 700
const KEPT_SIDE = 512

export interface AddressedSketch {
  sketch: Sketch
  draw: (sketch: Sketch) => void
  /** The address names a drawing that the server does not keep any more. */
  isLost: boolean
}

/**
 * The drawing that the page's address names, and changing it: what is drawn is kept by the server and named in the address, what the
 * address names otherwise (a shared search, Back) is fetched and can be drawn on.
 */
export function useAddressedSketch(
  examples: Example[],
  changeExamples: (update: (examples: Example[]) => Example[], isReplaced: boolean) => void,
): AddressedSketch {
  const [sketch, setSketch] = useState<Sketch>(EMPTY_SKETCH)
  const [isLost, setLost] = useState(false)
  /** The drawing that the address names. */
  const named = useRef<{ id: string | undefined; done: Sketch['done'] }>({ id: undefined, done: [] })
  const fetchingRef = useRef<AbortController>(undefined)
  const latest = useRef(sketch)
  latest.current = sketch
  const id = examples.find(({ kind }) => kind === 'sketch')?.id

  const name = useCallback(
    (newId: string | undefined, done: Sketch['done']) => {
      const isFirst = named.current.id === undefined
      named.current = { id: newId, done }
      const own: Example[] = newId === undefined ? [] : [{ kind: 'sketch', id: newId, isWanted: true }]
      const update = (old: Example[]) => [...own, ...old.filter(({ kind }) => kind !== 'sketch')]
      changeExamples(update, !isFirst && newId !== undefined)
    },
    [changeExamples],
  )

  useEffect(() => {
    setLost(false)
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
    getKeptQuery(id, fetching.signal)
      .then((kept) => {
        const loaded = fromKept(kept.sketch) ?? EMPTY_SKETCH
        named.current = { id, done: loaded.done }
        setSketch(loaded)
      })
      .catch(() => {
        // The address stays as it is: the server may be back soon.
        if (!fetching.signal.aborted) setLost(true)
      })
    return () => fetching.abort()
  }, [id])

  useEffect(() => {
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
        const kept = await keepQuery(picture, 'sketch', { sketch: toKept(sketch), signal: sending.signal })
        if (!sending.signal.aborted) name(kept.id, done)
      } catch {
        // Without an address the search works all the same.
      }
    }, KEEP_AFTER_MS)
    return () => {
      sending.abort()
      clearTimeout(timer)
    }
  }, [sketch, name])

  const draw = useCallback((next: Sketch) => {
    setLost(false)
    // What somebody draws meanwhile is not replaced by what comes late.
    fetchingRef.current?.abort()
    setSketch(next)
  }, [])
  return { sketch, draw, isLost }
}
