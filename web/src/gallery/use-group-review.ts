import { useState } from 'react'
import type { Image } from '../api/client.ts'
import type { BestBy } from './duplicate-choice.ts'
import { begunReview, continuedReview, type GroupReview, reviewAt } from './group-review.ts'
import type { DuplicateGroup } from './use-duplicates.ts'

/**
 * The group in view with the decisions about its pictures, which stay when the list is fetched again.
 * @param decided ids of pictures about which the user has decided
 */
export function useGroupReview(
  groups: readonly DuplicateGroup[],
  bestBy: BestBy,
  decided: ReadonlySet<string>,
) {
  const [stored, setStored] = useState<GroupReview>()
  const review = continuedReview(stored, groups, bestBy, decided)
  if (review !== stored) setStored(review)
  return {
    review,
    /** undefined if there is none, or if another user has ended it. */
    group: review && !review.isGone ? groups[review.index] : undefined,
    show: (group: DuplicateGroup, index: number) => setStored(begunReview(group, index, bestBy)),
    /** Goes on with the group in the place of one that is gone. */
    goOn: () => setStored((old) => reviewAt(old?.index ?? 0, groups, bestBy)),
    toggle: ({ id }: Image) =>
      setStored((old) => old && { ...old, unwanted: old.unwanted.symmetricDifference(new Set([id])) }),
    /** Begins with the first group of the list. */
    restart: () => setStored(undefined),
  }
}
