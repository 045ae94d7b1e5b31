import { useEffect, useRef, useState } from 'react'

/**
 * A value that is being typed. The local copy changes at once; the page receives it when nothing has changed for `afterMs`, or
 * when the field is removed.
 */
export function useSettled<T>(
  value: T,
  onSettled: (value: T) => void,
  afterMs: number,
): [T, (value: T) => void] {
  const [own, setOwn] = useState(value)
  const sent = useRef(value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const waiting = useRef<() => void>(undefined)
  const latest = useRef(onSettled)
  latest.current = onSettled
  useEffect(() => {
    if (value === sent.current) return
    clearTimeout(timer.current)
    waiting.current = undefined
    sent.current = value
    setOwn(value)
  }, [value])
  useEffect(
    () => () => {
      clearTimeout(timer.current)
      waiting.current?.()
    },
    [],
  )
  const change = (next: T) => {
    setOwn(next)
    clearTimeout(timer.current)
    const send = () => {
      waiting.current = undefined
      sent.current = next
      latest.current(next)
    }
    waiting.current = send
    timer.current = setTimeout(send, afterMs)
  }
  return [own, change]
}
