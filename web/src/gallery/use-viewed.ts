import { useEffect, useRef, useState } from 'react'
import type { Image } from '../api/client.ts'
import { type ImageList, indexIn } from './image-list.ts'

/** Where the image of the large view is in the list, and where to go on when the view is closed. */
export interface Viewed {
  /** undefined if there is none, or if it is not known where it is. */
  viewed: number | undefined
  /** The place to which the focus returns; undefined until a view has been closed. */
  returnTo: number | undefined
  open: (image: Image, index: number, isReplaced?: boolean) => void
}

/**
 * @param id of the image in the large view
 * @param show puts an image there
 */
export function useViewed(
  list: ImageList,
  id: string | undefined,
  show: (id: string, isReplaced: boolean) => void,
): Viewed {
  const opened = useRef<{ id: string; index: number }>(undefined)
  const [returnTo, setReturnTo] = useState<number>()
  const known = opened.current
  const isThere = known !== undefined && known.id === id && list.imageAt(known.index)?.id === id
  const viewed = id === undefined ? undefined : isThere ? known.index : indexIn(list, id)
  const last = useRef(viewed)
  useEffect(() => {
    if (id !== undefined) {
      last.current = viewed
      setReturnTo(undefined)
    } else {
      setReturnTo(last.current)
      last.current = undefined
    }
  }, [id, viewed])
  return {
    viewed,
    returnTo,
    open(image, index, isReplaced = false) {
      opened.current = { id: image.id, index }
      show(image.id, isReplaced)
    },
  }
}
