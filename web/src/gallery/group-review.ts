import type { BestBy } from './duplicate-choice.ts'
import type { DuplicateGroup } from './use-duplicates.ts'

/** The group in view, and what is to be done with its pictures. */
export interface GroupReview {
  /** Stays while the group stays in view, even if it gets or loses pictures. */
  key: string
  /** The pictures by which the group is found in a list that was fetched again. */
  ids: readonly string[]
  /** Place in the list, for the time when the group is no longer in it. */
  index: number
  bestBy: BestBy
  suggested: string
  /** Whether another user, or a program, has ended the group: the next one is not shown before the user wants it. */
  isGone?: boolean
  /** Pictures for the trash. One that joins the group later is kept, until the user has seen it and decides. */
  unwanted: ReadonlySet<string>
}

export function begunReview({ key, images }: DuplicateGroup, index: number, bestBy: BestBy): GroupReview {
  const ids = images.map(({ id }) => id)
  const [suggested = '', ...others] = ids
  return { key, ids, index, bestBy, suggested, unwanted: new Set(others) }
}

/** Begins with the group in a place, or with the last one; undefined if there are none. */
export function reviewAt(
  index: number,
  groups: readonly DuplicateGroup[],
  bestBy: BestBy,
): GroupReview | undefined {
  const place = Math.min(index, groups.length - 1)
  const group = groups[place]
  return group && begunReview(group, place, bestBy)
}

/**
 * Returns the review for the present list: of the same group wherever it is now, else of the one in its place if the user has ended the
 * group.
 * @param review the same object is returned if nothing has changed
 * @param decided ids of pictures about which the user has decided
 */
export function continuedReview(
  review: GroupReview | undefined,
  groups: readonly DuplicateGroup[],
  bestBy: BestBy,
  decided: ReadonlySet<string>,
): GroupReview | undefined {
  const index = review === undefined ? undefined : placeOf(review.ids, groups)
  if (review === undefined || index === undefined) {
    if (review === undefined || groups.length === 0 || review.ids.some((id) => decided.has(id)))
      return reviewAt(review?.index ?? 0, groups, bestBy)
    return review.isGone ? review : { ...review, isGone: true }
  }
  const present = begunReview(groups[index]!, index, bestBy)
  if (review.bestBy !== bestBy) return { ...present, key: review.key }
  const { ids, suggested } = present
  const isSame = !review.isGone && review.index === index && ids.join() === review.ids.join()
  if (isSame) return review
  const unwanted = new Set(review.unwanted)
  // The former one may be gone: the last copies would go to the trash.
  if (suggested !== review.suggested) unwanted.delete(suggested)
  return { ...review, ids, index, suggested, unwanted, isGone: false }
}

/** The place of the group that has most of some pictures; undefined if none has any. */
function placeOf(ids: readonly string[], groups: readonly DuplicateGroup[]): number | undefined {
  const wanted = new Set(ids)
  let best: number | undefined
  let most = 0
  for (const [index, { images }] of groups.entries()) {
    const shared = images.filter(({ id }) => wanted.has(id)).length
    if (shared > most) [best, most] = [index, shared]
  }
  return best
}

/** The pictures of a group that may go to the trash; none if no picture would be left. */
export function disposableOf({ images }: DuplicateGroup, { unwanted }: GroupReview) {
  const chosen = images.filter(({ id }) => unwanted.has(id))
  return chosen.length < images.length ? chosen : []
}

/** Whether all pictures of a group were in groups about which the user has decided: a further picture makes it another group. */
export function isReviewed({ images }: DuplicateGroup, reviewed: ReadonlySet<string>): boolean {
  return images.every(({ id }) => reviewed.has(id))
}

/** A group about which the user has decided. */
export interface FinishedGroup {
  ids: readonly string[]
  /** Those that were moved to the trash. */
  moved: readonly string[]
}

/**
 * Returns the ids of the pictures of finished groups, without those whose pictures were all restored.
 * @param gone ids of pictures that were moved and not restored
 */
export function reviewedIn(finished: readonly FinishedGroup[], gone: ReadonlySet<string>): Set<string> {
  const left = finished.filter(({ moved }) => moved.length === 0 || moved.some((id) => gone.has(id)))
  return new Set(left.flatMap(({ ids }) => ids))
}
