import { useCallback, useState } from 'react'
import { getStored, setStored } from '../components/stored.ts'

/** A number that this browser keeps, such as the width of a pane. */
export function useStoredNumber(key: string, initial: number): [number, (value: number) => void] {
  const [value, setValue] = useState(() => {
    const stored = Number(getStored(key) ?? Number.NaN)
    return Number.isFinite(stored) ? stored : initial
  })
  const change = useCallback(
    (next: number) => {
      setValue(next)
      setStored(key, String(next))
    },
    [key],
  )
  return [value, change]
}

/** One of several values that this browser keeps; the first is the default. */
export function useStoredChoice<T extends string>(
  key: string,
  options: readonly [T, ...T[]],
): [T, (value: T) => void] {
  const [value, setValue] = useState(() => {
    const stored = getStored(key)
    return options.find((option) => option === stored) ?? options[0]
  })
  const change = useCallback(
    (next: T) => {
      setValue(next)
      setStored(key, next)
    },
    [key],
  )
  return [value, change]
}

export function useStoredFlag(key: string, initial: boolean): [boolean, (value: boolean) => void] {
  const [value, setValue] = useState(() => {
    const stored = getStored(key)
    return stored === null ? initial : stored === 'true'
  })
  const change = useCallback(
    (next: boolean) => {
      setValue(next)
      setStored(key, String(next))
    },
    [key],
  )
  return [value, change]
}
