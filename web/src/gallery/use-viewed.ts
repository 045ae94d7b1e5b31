import { useCallback, useEffect, useRef, useState } from 'react'
import type { Image } from '../api/client.ts'
import { type ImageList, indexIn } from './image-list.ts'

/** The place of the image of the large view in the list, and the place to continue from when the view is closed. */
export interface Viewed {
  /** undefined if there is none, or if it is not known where it is. */
  openIndex: number | undefined
  /** The place to which the focus returns; undefined until a view has been closed. */
  returnTo: number | undefined
  onReturned: () => void
  open: (image: Image, index: number, isReplaced?: boolean) => void
}

/**
 * @param id of the image in the large view
 * @param show puts an image there
 * @param key changes when it is another list: then there is nothing to return to
 */
export function useViewed(
  list: ImageList,
  id: string | undefined,
  show: (id: string, isReplaced: boolean) => void,
  key: string,
): Viewed {
  const opened = useRef<{ id: string; index: number }>(undefined)
  const [returnTo, setReturnTo] = useState<number>()
  const known = opened.current
  const isThere = known !== undefined && known.id === id && list.imageAt(known.index)?.id === id
  const openIndex = id === undefined ? undefined : isThere ? known.index : indexIn(list, id)
  const last = useRef(openIndex)
  const listAt = useRef(key)
  useEffect(() => {
    if (id !== undefined) {
      listAt.current = key
      last.current = openIndex
      setReturnTo(undefined)
    } else {
      setReturnTo(listAt.current === key ? last.current : undefined)
      last.current = undefined
    }
  }, [id, openIndex, key])
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each list
  useEffect(() => setReturnTo(undefined), [key])
  return {
    openIndex,
    returnTo,
    onReturned: useCallback(() => setReturnTo(undefined), []),
    open(image, index, isReplaced = false) {
      opened.current = { id: image.id, index }
      show(image.id, isReplaced)
    },
  }
}
