import { useSyncExternalStore } from 'react'
import { getStored, setStored } from '../components/stored.ts'
import { FOLDS, type Fold } from './address.ts'

const KEY = 'fold'
const listeners = new Set<() => void>()

/** Which pictures one tile stands for unless a view has its own choice: by default copies, and raw and JPEG of a shot. */
export function usualFold(): Fold {
  const stored = getStored(KEY)
  return FOLDS.find((known) => known === stored) ?? 'shots'
}

/** Changes it for this browser. */
export function setUsualFold(fold: Fold): void {
  setStored(KEY, fold)
  for (const listener of listeners) listener()
}

export function useUsualFold(): Fold {
  return useSyncExternalStore(subscribe, usualFold)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
