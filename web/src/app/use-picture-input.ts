import { type DragEvent, useCallback, useEffect, useRef, useState } from 'react'
import { DRAGGED_IMAGE } from '../gallery/picture-tile.tsx'
import { mayBePicture } from '../upload/picture-file.ts'

export interface PictureInput {
  /** A picture from elsewhere to search with. */
  onPicture: (blob: Blob) => void
  /** An image of the gallery to search with. */
  onImage: (id: string) => void
  /** Files to add to the gallery; undefined for users who may not. */
  onFiles: ((files: File[]) => void) | undefined
}

/** Dragged over the page. */
export type Dragged = 'files' | 'image' | undefined

/** In CSS pixels: dragging an image less far counts as a click. */
const MIN_DRAG = 24

/** Takes pictures that are pasted anywhere or dropped onto the page. */
export function usePictureInput({ onPicture, onImage, onFiles }: PictureInput) {
  const [dragged, setDragged] = useState<Dragged>()

  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const [file] = imagesIn(event.clipboardData)
      if (file === undefined) return
      // Office programs put a picture beside the text on the clipboard.
      const isText = event.clipboardData?.types.includes('text/plain') ?? false
      if (isText && event.target instanceof HTMLInputElement) return
      event.preventDefault()
      onPicture(file)
    }
    addEventListener('paste', onPaste)
    return () => removeEventListener('paste', onPaste)
  }, [onPicture])

  const start = useRef<{ x: number; y: number; target: EventTarget }>(undefined)
  const onDragStart = useCallback(({ clientX, clientY, target }: DragEvent) => {
    start.current = { x: clientX, y: clientY, target }
  }, [])
  const onDragOver = useCallback((event: DragEvent) => {
    const { types } = event.dataTransfer
    const kind = types.includes(DRAGGED_IMAGE) ? 'image' : types.includes('Files') ? 'files' : undefined
    if (kind === undefined) return
    event.preventDefault()
    setDragged(kind)
  }, [])
  const onDragLeave = useCallback((event: DragEvent) => {
    if (event.currentTarget.contains(event.relatedTarget as Node | null)) return
    setDragged(undefined)
  }, [])
  const onDrop = useCallback(
    (event: DragEvent) => {
      setDragged(undefined)
      // A collection has taken it.
      if (event.defaultPrevented) return
      const id = event.dataTransfer.getData(DRAGGED_IMAGE)
      const files = [...event.dataTransfer.files]
      const isToAdd = (event.target as Element).closest('[data-drop="add"]') !== null
      if (id === '' && files.length === 0) return
      // The browser would open the file in place of the page. The server rejects files that are no images.
      event.preventDefault()
      const { x, y, target } = start.current ?? { x: Infinity, y: Infinity }
      const isSlip = Math.hypot(event.clientX - x, event.clientY - y) < MIN_DRAG
      if (id !== '' && isSlip) target?.dispatchEvent(new MouseEvent('click', { bubbles: true, detail: 1 }))
      else if (id !== '') onImage(id)
      else if (isToAdd) onFiles?.(files)
      else onPicture(imagesIn(event.dataTransfer)[0] ?? files[0]!)
    },
    [onPicture, onImage, onFiles],
  )
  const onDragEnd = useCallback(() => setDragged(undefined), [])
  return { dragged, dropTarget: { onDragStart, onDragOver, onDragLeave, onDrop, onDragEnd } }
}

function imagesIn(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])].filter(mayBePicture)
}
