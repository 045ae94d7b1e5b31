import { useState } from 'react'
import type { Image } from '../api/client.ts'
import type { BestBy } from './duplicate-choice.ts'
import { begunReview, continuedReview, type GroupReview } from './group-review.ts'
import type { DuplicateGroup } from './use-duplicates.ts'

/** The group in view with the decisions about its pictures, which stay when the list is fetched again. */
export function useGroupReview(groups: readonly DuplicateGroup[], bestBy: BestBy) {
  const [stored, setStored] = useState<GroupReview>()
  const review = continuedReview(stored, groups, bestBy)
  if (review !== stored) setStored(review)
  return {
    review,
    group: review && groups[review.index],
    show: (group: DuplicateGroup, index: number) => setStored(begunReview(group, index, bestBy)),
    toggle: ({ id }: Image) =>
      setStored((old) => old && { ...old, unwanted: old.unwanted.symmetricDifference(new Set([id])) }),
    /** Begins with the first group of the list. */
    restart: () => setStored(undefined),
  }
}
