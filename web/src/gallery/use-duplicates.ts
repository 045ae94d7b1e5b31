import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { type DuplicateChoice, GROUPS_PER_PAGE, type Image, listDuplicates } from '../api/client.ts'
import { type BestBy, bestFirst } from './duplicate-choice.ts'

export interface DuplicateGroup {
  key: string
  /** The suggested one first. */
  images: Image[]
}

const ASK_AGAIN_MS = 3_000
/** Groups may have grown even if their number is the same. */
const MIN_STEP = 0.05
/** A page without groups, for the number of groups alone. */
const PAST_THE_END = 1_000_000

/**
 * Groups of pictures that look the same. Comparing a large gallery takes minutes, in which groups are added.
 * @param hidden pictures that are about to be deleted
 * @param isQuiet whether the list may change while the user sees it
 * @param bestBy property by which a picture of each group is suggested
 * @param choice which groups, in which order
 */
export function useDuplicates(
  hidden: ReadonlyMap<string, Image>,
  isQuiet: boolean,
  bestBy: BestBy,
  { level, order_by }: DuplicateChoice,
) {
  const list = useInfiniteQuery({
    queryKey: ['images', 'duplicates', level, order_by],
    queryFn: ({ pageParam, signal }) => listDuplicates(pageParam, { level, order_by }, signal),
    initialPageParam: 1,
    // A page may hold fewer groups: deleted pictures are left out of it.
    getNextPageParam: ({ total }, pages) =>
      pages.length * GROUPS_PER_PAGE < total ? pages.length + 1 : undefined,
  })
  const { data, error, isPending, fetchNextPage, refetch } = list
  const shown = data?.pages[0]
  const { data: latest } = useQuery({
    queryKey: ['images', 'duplicates-found', level],
    queryFn: ({ signal }) => listDuplicates(PAST_THE_END, { level, order_by }, signal),
    enabled: shown !== undefined && shown.progress < 1,
    refetchInterval: ({ state }) => ((state.data?.progress ?? 0) < 1 ? ASK_AGAIN_MS : false),
  })
  const found = shown === undefined || shown.progress === 1 ? shown : (latest ?? shown)
  useEffect(() => {
    if (!isQuiet || shown === undefined || found === undefined) return
    const isOver = found.progress === 1 && shown.progress < 1
    if (isOver || found.total !== shown.total || found.progress > shown.progress + MIN_STEP) void refetch()
  }, [isQuiet, shown, found, refetch])
  const groups = useMemo(() => {
    const seen = new Set<string>()
    return (data?.pages ?? [])
      .flatMap((page) => page.groups)
      .map(({ images }): DuplicateGroup => {
        const left = images.filter(({ id }) => !hidden.has(id))
        return { key: images[0]?.id ?? '', images: bestFirst(left, bestBy) }
      })
      .filter(({ key, images }) => {
        // A page that was fetched later may hold a group once more.
        const isNew = !seen.has(key)
        seen.add(key)
        return isNew && images.length > 1
      })
  }, [data, hidden, bestBy])
  return {
    groups,
    total: found?.total ?? 0,
    progress: found?.progress ?? 1,
    /** Also of a further page, beside those that are loaded. */
    error,
    isPending,
    retry: () => void (list.isFetchNextPageError ? fetchNextPage() : refetch()),
    /** undefined if all are loaded or being loaded, and after a failure: the user retries it. */
    more: list.hasNextPage && !list.isFetching && error === null ? () => void fetchNextPage() : undefined,
  }
}
