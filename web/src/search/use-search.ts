import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { type Images, searchByImage, searchByPicture } from '../api/client.ts'
import { renderSketch } from '../sketch/render.ts'
import { isBlank, type Sketch, visibleStrokes } from '../sketch/sketch.ts'

/** What is being searched with. */
export type Query =
  | { kind: 'none' }
  | { kind: 'sketch'; sketch: Sketch }
  | { kind: 'picture'; picture: Picture }
  | { kind: 'similar'; id: string }

/** A picture that was uploaded, pasted or dropped. */
export interface Picture {
  blob: Blob
  /** For showing it; to be revoked when it is replaced. */
  url: string
}

const TOP_K = 200
const SKETCH_SIDE = 512
const DEBOUNCE_MS = 150

export function activeQuery(
  similar: string | undefined,
  picture: Picture | undefined,
  sketch: Sketch,
): Query {
  if (similar !== undefined) return { kind: 'similar', id: similar }
  if (picture !== undefined) return { kind: 'picture', picture }
  if (!isBlank(sketch)) return { kind: 'sketch', sketch }
  return { kind: 'none' }
}

/**
 * The answer to a query. It follows the drawing: an overtaken request is aborted, and the last results stay until new
 * ones are there.
 */
export function useSearch(query: Query) {
  const settled = useSettled(query)
  return useQuery<Images>({
    queryKey: ['images', 'search', keyOf(settled)],
    queryFn: ({ signal }) => run(settled, signal),
    enabled: settled.kind !== 'none',
    placeholderData: (previous) => (settled.kind === 'none' ? undefined : previous),
    staleTime: 30_000,
    gcTime: 60_000,
  })
}

async function run(query: Query, signal: AbortSignal): Promise<Images> {
  if (query.kind === 'similar') return searchByImage(query.id, TOP_K, signal)
  if (query.kind === 'picture') return searchByPicture(query.picture.blob, 'auto', TOP_K, signal)
  if (query.kind === 'sketch') {
    const png = await renderSketch(visibleStrokes(query.sketch), SKETCH_SIDE)
    return searchByPicture(png, 'sketch', TOP_K, signal)
  }
  return { images: [], total: 0 }
}

/** A drawing counts as settled a moment after the last stroke; everything else at once. */
function useSettled(query: Query): Query {
  const [settled, setSettled] = useState(query)
  const key = keyOf(query)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the query
  useEffect(() => {
    const delay = query.kind === 'sketch' ? DEBOUNCE_MS : 0
    const timer = setTimeout(() => setSettled(query), delay)
    return () => clearTimeout(timer)
  }, [key])
  // Taking a query away takes effect without delay.
  return query.kind === 'none' ? query : settled
}

const numbers = new WeakMap<object, number>()
let lastNumber = 0

/** Drawings and pictures are told apart by identity: comparing them would cost more than searching. */
function numberOf(object: object): number {
  const known = numbers.get(object)
  if (known !== undefined) return known
  numbers.set(object, ++lastNumber)
  return lastNumber
}

function keyOf(query: Query): string {
  if (query.kind === 'similar') return `similar ${query.id}`
  if (query.kind === 'picture') return `picture ${numberOf(query.picture)}`
  if (query.kind === 'sketch') return `sketch ${numberOf(query.sketch.done)}`
  return 'none'
}
