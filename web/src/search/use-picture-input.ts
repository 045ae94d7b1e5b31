import { type DragEvent, useCallback, useEffect, useState } from 'react'

/** Takes a picture that is pasted anywhere or dropped onto the page. */
export function usePictureInput(onPicture: (blob: Blob) => void) {
  const [isDraggedOver, setDraggedOver] = useState(false)

  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const file = imageIn(event.clipboardData)
      if (file === undefined) return
      event.preventDefault()
      onPicture(file)
    }
    addEventListener('paste', onPaste)
    return () => removeEventListener('paste', onPaste)
  }, [onPicture])

  const onDragOver = useCallback((event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return
    event.preventDefault()
    setDraggedOver(true)
  }, [])
  const onDragLeave = useCallback((event: DragEvent) => {
    if (event.currentTarget.contains(event.relatedTarget as Node | null)) return
    setDraggedOver(false)
  }, [])
  const onDrop = useCallback(
    (event: DragEvent) => {
      setDraggedOver(false)
      const file = imageIn(event.dataTransfer)
      if (file === undefined) return
      event.preventDefault()
      onPicture(file)
    },
    [onPicture],
  )
  return { isDraggedOver, dropTarget: { onDragOver, onDragLeave, onDrop } }
}

function imageIn(data: DataTransfer | null): File | undefined {
  return [...(data?.files ?? [])].find((file) => file.type.startsWith('image/'))
}
