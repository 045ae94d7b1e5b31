import { useCallback, useEffect, useRef, useState } from 'react'
import type { Image } from '../api/client.ts'
import { getTabValue, setTabValue } from '../components/stored.ts'
import { messages } from '../messages/messages.ts'
import { type ImageList, indexIn } from './image-list.ts'

/** Selected pictures, by their ids. */
export interface Selection {
  images: ReadonlyMap<string, Image>
  ids: ReadonlySet<string>
  /** Whether a press selects: from `begin` on, or while something is selected. */
  isOn: boolean
  begin: () => void
  /** Why the last request selected nothing. */
  problem: string | undefined
  /** Adds one or takes it away. */
  toggle: (image: Image, index?: number) => void
  /** Adds everything between the last one that was chosen and this place. */
  extendTo: (image: Image, index: number) => void
  /** Removes those that are no longer in the list. */
  drop: (ids: ReadonlySet<string>) => void
  /** Everything, if that is not too much. */
  selectAll: () => void
  clear: () => void
}

/** A longer range is probably a mistake. */
const MAX_RANGE = 10_000
const KEY = 'selection'
/** A longer selection is not kept over a reload: browsers keep five megabytes for a tab. */
const MAX_KEPT = 1_000

/**
 * @param list the shown images
 * @param key changes when it is another list
 * @param isKept whether this tab keeps the selection over a reload
 */
export function useSelection(list: ImageList, key: string, isKept: boolean): Selection {
  const [images, setImages] = useState<ReadonlyMap<string, Image>>(() =>
    isKept ? keptSelection() : new Map<string, Image>(),
  )
  useEffect(() => {
    if (isKept) keepSelection(images)
  }, [images, isKept])
  /** The one that was chosen last, and its place then: places change while files come in. */
  const last = useRef<{ id: string; index: number }>(undefined)
  const generation = useRef(0)
  const [problem, setProblem] = useState<string>()
  const [isBegun, setBegun] = useState(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a request for another list selects nothing in this one
  useEffect(() => {
    last.current = undefined
    generation.current++
    setProblem(undefined)
  }, [key])
  const select = useCallback((chosen: Image[]) => {
    setImages((old) => new Map([...old, ...chosen.map((image) => [image.id, image] as const)]))
  }, [])
  const toggle = (image: Image, index?: number) => {
    setImages((old) => {
      const next = new Map(old)
      if (!next.delete(image.id)) next.set(image.id, image)
      return next
    })
    last.current = index === undefined ? undefined : { id: image.id, index }
  }
  const selectRange = (first: number, end: number) => {
    const own = ++generation.current
    setProblem(undefined)
    if (end - first >= MAX_RANGE) {
      setProblem(messages.selection.tooMany(MAX_RANGE))
      return
    }
    // A selection that was undone meanwhile stays undone.
    list.load(first, end).then(
      (found) => own === generation.current && select(found),
      () => own === generation.current && setProblem(messages.selection.failed),
    )
  }
  return {
    images,
    problem,
    ids: new Set(images.keys()),
    isOn: isBegun || images.size > 0,
    begin: () => setBegun(true),
    toggle,
    extendTo(image, index) {
      if (last.current === undefined) return toggle(image, index)
      const from = indexIn(list, last.current.id) ?? last.current.index
      const [first, end] = [Math.min(from, index), Math.max(from, index)]
      last.current = { id: image.id, index }
      select([image])
      selectRange(first, end)
    },
    drop: useCallback((gone) => {
      if (gone.size === 0) return
      if (last.current !== undefined && gone.has(last.current.id)) last.current = undefined
      setBegun(false)
      // A range that is still being loaded may have them.
      generation.current++
      setProblem(undefined)
      setImages((old) => {
        const left = [...old].filter(([id]) => !gone.has(id))
        return left.length === old.size ? old : new Map(left)
      })
    }, []),
    selectAll: () => selectRange(0, list.count - 1),
    clear: useCallback(() => {
      last.current = undefined
      generation.current++
      setProblem(undefined)
      setBegun(false)
      setImages(new Map())
    }, []),
  }
}

/** The selection of this tab before a reload. */
function keptSelection(): Map<string, Image> {
  const kept = getTabValue(KEY)
  const images: Image[] = Array.isArray(kept) ? kept.filter((one) => typeof one?.id === 'string') : []
  return new Map(images.map((image) => [image.id, image]))
}

function keepSelection(images: ReadonlyMap<string, Image>): void {
  const hasRoom = images.size > 0 && images.size <= MAX_KEPT
  setTabValue(KEY, hasRoom ? [...images.values()] : undefined)
}
