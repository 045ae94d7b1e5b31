import { useRouter } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'

/** While `isOn`, one step back calls `act` and leads nowhere else: for what is no step of the history, because steps go on within it. */
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
