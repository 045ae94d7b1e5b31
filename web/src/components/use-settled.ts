import { useEffect, useRef, useState } from 'react'

/**
 * A value that is being typed: the own copy changes at once, and the page hears of it when nothing has changed for a moment.
 * @param afterMs how long that is
 */
export function useSettled<T>(
  value: T,
  onSettled: (value: T) => void,
  afterMs: number,
): [T, (value: T) => void] {
  const [own, setOwn] = useState(value)
  const sent = useRef(value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const latest = useRef(onSettled)
  latest.current = onSettled
  useEffect(() => {
    if (value === sent.current) return
    clearTimeout(timer.current)
    sent.current = value
    setOwn(value)
  }, [value])
  useEffect(() => () => clearTimeout(timer.current), [])
  const change = (next: T) => {
    setOwn(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      sent.current = next
      latest.current(next)
    }, afterMs)
  }
  return [own, change]
}
