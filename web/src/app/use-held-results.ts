import { useEffect, useReducer, useRef } from 'react'
import type { Trash } from '../gallery/use-trash.ts'
import { type SearchResult, type ShownResult, useAllResults } from './use-search.ts'

interface HeldResults {
  result: ShownResult
  /** Shows the newer results from their beginning; undefined if there are none. */
  showNewer: (() => void) | undefined
  /** Number of requests for newer results. */
  turn: number
}

/**
 * Results that were scrolled stay while the drawing goes on, until the newer ones are asked for or the list is at its beginning again.
 * @param searchKey changes with every part of the search but the drawing: then nothing is held back
 * @param gone ids of deleted pictures
 */
export function useHeldResults(
  result: SearchResult,
  isAtTop: boolean,
  searchKey: string,
  gone: Trash['gone'],
): HeldResults {
  const shown = useRef({ result, searchKey })
  const [turn, next] = useReducer((n: number) => n + 1, 0)
  const { result: old, searchKey: oldKey } = shown.current
  const isHeld =
    !isAtTop &&
    result.data !== undefined &&
    old.data !== undefined &&
    result.answered.key !== old.answered.key &&
    searchKey === oldKey
  if (!isHeld) shown.current = { result, searchKey }
  const all = useAllResults(shown.current.result, gone)
  // A list that has been scrolled needs all of its results, because it may be held back.
  const { wantAll } = all
  useEffect(() => {
    if (!isAtTop) wantAll()
  }, [isAtTop, wantAll])
  const showNewer = () => {
    shown.current = { result, searchKey }
    next()
  }
  return { result: all, showNewer: isHeld ? showNewer : undefined, turn }
}
