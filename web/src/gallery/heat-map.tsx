import { useEffect, useRef } from 'react'
import type { Match } from '../api/match.ts'

/** The heat map of the picture that is viewed. */
export interface MatchView {
  /** undefined while it is not shown or not there yet. */
  shown: Match | undefined
  isShown: boolean
  isPending: boolean
  error: string | undefined
  toggle: () => void
}

/** Colour and greatest opacity of full heat; less heat is more transparent. Both are the same for all pictures. */
const HOT = [255, 96, 0] as const
const MAX_OPACITY = 0.75

/** Lays the places that answer the search over a picture. */
export function HeatMap({ scores, scale: { low, high } }: Pick<Match, 'scores' | 'scale'>) {
  const canvasRef = useRef<HTMLCanvasElement>(null)
  const height = scores.length
  const width = scores[0]?.length ?? 0
  useEffect(() => {
    const context = canvasRef.current!.getContext('2d')!
    const pixels = context.createImageData(width, height)
    for (const [n, score] of scores.flat().entries()) {
      const heat = Math.min(1, Math.max(0, (score - low) / (high - low)))
      pixels.data.set([...HOT, Math.round(255 * MAX_OPACITY * heat)], n * 4)
    }
    context.putImageData(pixels, 0, 0)
  }, [scores, low, high, width, height])
  return (
    <canvas
      ref={canvasRef}
      width={width}
      height={height}
      data-testid="heat-map"
      className="pointer-events-none absolute inset-0 size-full rounded-[inherit]"
    />
  )
}
