import { useCallback, useEffect, useState } from 'react'
import type { QueryTerm } from '../state/query-terms.ts'

/** Words that are searched with while they are typed. @param terms the parts of the search that the address has */
export function useLiveWords(terms: readonly QueryTerm[]) {
  const [live, setLive] = useState<{ id: string; isAdded?: boolean }>()
  // Added words stay live until the address has them: the gallery would appear in between.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs for each change of the parts
  useEffect(() => setLive((old) => (old?.isAdded ? undefined : old)), [terms])
  const isPart = (words: string) => terms.some(({ kind, id }) => kind === 'words' && id === words)
  return {
    /** undefined while no words are typed. */
    term:
      live === undefined || isPart(live.id)
        ? undefined
        : ({ kind: 'words', id: live.id, isWanted: true } satisfies QueryTerm),
    show: useCallback(
      (id: string | undefined) =>
        setLive((old) => (old?.isAdded ? old : id === undefined ? undefined : { id })),
      [],
    ),
    /** Keeps the words that are added to the address now. */
    keep: (id: string) => setLive((old) => (isPart(id) ? undefined : old && { id, isAdded: true })),
  }
}
