import { useRouter } from '@tanstack/react-router'
import { useCallback, useEffect, useRef } from 'react'
import { getTabValue, setTabValue } from '../components/stored.ts'

/** The first picture in view, and how far its row is above the upper edge. */
export interface RememberedPlace {
  index: number
  delta: number
}

const SAVE_AFTER_MS = 150
const PREFIX = 'place '

/** Remembers where a list is scrolled to, for each step of the history: Back and reload return there. */
export function usePlaceMemory(listKey: string): {
  remember: (place: RememberedPlace) => void
  recall: () => RememberedPlace | undefined
} {
  const { history } = useRouter()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const pending = useRef<() => void>(undefined)
  const keyOf = useCallback(
    () => `${PREFIX}${history.location.state.__TSR_key ?? ''} ${listKey}`,
    [history, listKey],
  )
  const flush = useCallback(() => {
    clearTimeout(timer.current)
    pending.current?.()
    pending.current = undefined
  }, [])
  useEffect(() => {
    addEventListener('pagehide', flush)
    return () => {
      removeEventListener('pagehide', flush)
      flush()
    }
  }, [flush])
  return {
    remember: useCallback(
      (place) => {
        const key = keyOf()
        pending.current = () => setTabValue(key, place)
        clearTimeout(timer.current)
        timer.current = setTimeout(flush, SAVE_AFTER_MS)
      },
      [keyOf, flush],
    ),
    recall: useCallback(() => readPlace(keyOf()), [keyOf]),
  }
}

function readPlace(key: string): RememberedPlace | undefined {
  const value = getTabValue(key)
  if (typeof value !== 'object' || value === null) return undefined
  const { index, delta } = value as Partial<RememberedPlace>
  return Number.isInteger(index) && Number.isFinite(delta) ? (value as RememberedPlace) : undefined
}
