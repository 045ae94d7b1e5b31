import { useEffect, useState } from 'react'
import { renderSketch } from './picture.ts'
import type { Stroke } from './stroke.ts'

/** The address of a picture of the drawing, which follows it; undefined until there is one and on a blank sheet. @param side in pixels */
export function useSketchPicture(strokes: readonly Stroke[], side: number): string | undefined {
  const [src, setSrc] = useState<string>()
  useEffect(() => {
    if (strokes.length === 0) {
      setSrc(undefined)
      return
    }
    const ending = new AbortController()
    renderSketch(strokes, side, ending.signal).then(
      (blob) => {
        if (!ending.signal.aborted) setSrc(URL.createObjectURL(blob))
      },
      (error: unknown) => {
        if (!ending.signal.aborted) console.warn('The sketch has no thumbnail:', error)
      },
    )
    return () => ending.abort()
  }, [strokes, side])
  useEffect(() => {
    if (src !== undefined) return () => URL.revokeObjectURL(src)
  }, [src])
  return src
}
