import { useRouter } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'

/** While `isOn`, Back calls `act` and the address stays: for something open that has no step of its own in the history. */
export function useBackInstead(isOn: boolean, act: () => void): void {
  const { history } = useRouter()
  const latest = useRef(act)
  latest.current = act
  useEffect(() => {
    if (!isOn) return
    return history.block({
      enableBeforeUnload: false,
      blockerFn({ action }) {
        if (action !== 'BACK') return false
        latest.current()
        return true
      },
    })
  }, [isOn, history])
}
