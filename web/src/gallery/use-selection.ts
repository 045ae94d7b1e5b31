import { useCallback, useRef, useState } from 'react'
import type { Image } from '../api/client.ts'

/** Images that are chosen to do something with, by their ids. */
export interface Selection {
  images: ReadonlyMap<string, Image>
  ids: ReadonlySet<string>
  /** Adds one or takes it away; with `isRange` everything between the last one and it is added. */
  toggle: (image: Image, isRange: boolean) => void
  select: (images: Image[]) => void
  clear: () => void
}

/** @param indexOf the place of an image in the list that is shown, where it is known */
export function useSelection(
  imageAt: (index: number) => Image | undefined,
  indexOf: (image: Image) => number | undefined,
): Selection {
  const [images, setImages] = useState<ReadonlyMap<string, Image>>(new Map())
  const last = useRef<Image>(undefined)
  const toggle = (image: Image, isRange: boolean) => {
    const from = isRange && last.current ? indexOf(last.current) : undefined
    const to = indexOf(image)
    setImages((old) => {
      const next = new Map(old)
      if (from !== undefined && to !== undefined) {
        for (let n = Math.min(from, to); n <= Math.max(from, to); n++) {
          const between = imageAt(n)
          if (between !== undefined) next.set(between.id, between)
        }
      } else if (!next.delete(image.id)) next.set(image.id, image)
      return next
    })
    last.current = image
  }
  return {
    images,
    ids: new Set(images.keys()),
    toggle,
    select: useCallback((chosen: Image[]) => {
      setImages((old) => new Map([...old, ...chosen.map((image) => [image.id, image] as const)]))
    }, []),
    clear: useCallback(() => setImages(new Map()), []),
  }
}
