import { keepPreviousData, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { type Image, type Images, type ListParameters, listImages } from '../api/client.ts'
import { BLOCK_SIZE } from './grid-layout.ts'
import type { ImageList } from './image-list.ts'

/** Filters and order of a list. */
export type GalleryOrder = Omit<ListParameters, 'page' | 'items_per_page'>

const FRESH_MS = 10_000
/** Parts that were not shown for this time are dropped, to limit memory. */
const UNUSED_RETENTION_MS = 60_000

type FetchPart = (
  part: { page: number; items_per_page: number },
  signal: AbortSignal | undefined,
) => Promise<Pick<Images, 'images' | 'total'>>

export interface PartedList extends ImageList {
  /** Keeps an image and its neighbours loaded, wherever the list is scrolled to. */
  pin: (index: number | undefined) => void
  /** Whether another list is shown until this one is loaded. */
  isOfBefore: boolean
}

export function useGallery(order: GalleryOrder, isShown: boolean): PartedList {
  return usePartedList(
    ['images', 'list', order],
    (part, signal) => listImages({ ...order, ...part }, signal),
    isShown,
  )
}

/** A list of the server that is fetched in parts, those in view first. */
export function usePartedList(key: readonly unknown[], fetchPart: FetchPart, isShown: boolean): PartedList {
  const client = useQueryClient()
  const [pinned, pin] = useState<number>()
  /** In chunks: the page is not rendered for each row that scrolls by. */
  const [range, setRange] = useState<[first: number, last: number]>([0, 0])
  const head = useQuery({
    ...chunkQuery(key, fetchPart, 0),
    enabled: isShown,
    placeholderData: keepPreviousData,
  })
  const [firstChunk, lastChunk] = range
  const inView = Array.from({ length: lastChunk - firstChunk + 1 }, (_, i) => firstChunk + i)
  const aroundPin =
    pinned === undefined ? [] : [pinned - 1, pinned, pinned + 1].map((n) => Math.floor(n / BLOCK_SIZE))
  const wanted = [...new Set([...inView, ...aroundPin])].filter((chunk) => chunk >= 0)
  const chunks = useQueries({
    queries: wanted.map((chunk) => ({ ...chunkQuery(key, fetchPart, chunk), enabled: isShown && chunk > 0 })),
  })
  const loaded = new Map<number, Pick<Images, 'images'> | undefined>(
    wanted.map((chunk, i) => [chunk, chunks[i]?.data]),
  )
  loaded.set(0, head.data)

  return {
    pin,
    isOfBefore: head.isPlaceholderData,
    count: head.data?.total ?? 0,
    imageAt: (index) => loaded.get(Math.floor(index / BLOCK_SIZE))?.images[index % BLOCK_SIZE],
    *loaded() {
      for (const [chunk, data] of loaded)
        for (const [n, image] of (data?.images ?? []).entries()) yield [chunk * BLOCK_SIZE + n, image]
    },
    async load(first, last) {
      const found: Image[] = []
      for (let chunk = Math.floor(first / BLOCK_SIZE); chunk * BLOCK_SIZE <= last; chunk++) {
        const { images } = await client.fetchQuery(chunkQuery(key, fetchPart, chunk))
        const start = chunk * BLOCK_SIZE
        found.push(...images.slice(Math.max(0, first - start), last + 1 - start))
      }
      return found
    },
    onRange: useCallback((first: number, last: number) => {
      const [from, to] = [Math.floor(first / BLOCK_SIZE), Math.floor(Math.max(first, last) / BLOCK_SIZE)]
      setRange((old) => (old[0] === from && old[1] === to ? old : [from, to]))
    }, []),
    isLoading: head.isPending,
    error: head.error ?? chunks.find(({ error }) => error !== null)?.error ?? null,
    retry() {
      void head.refetch()
      for (const chunk of chunks) if (chunk.isError) void chunk.refetch()
    },
  }
}

function chunkQuery(key: readonly unknown[], fetchPart: FetchPart, chunk: number) {
  return {
    queryKey: [...key, chunk],
    queryFn: ({ signal }: { signal?: AbortSignal }) =>
      fetchPart({ page: chunk + 1, items_per_page: BLOCK_SIZE }, signal),
    staleTime: FRESH_MS,
    gcTime: UNUSED_RETENTION_MS,
  }
}
