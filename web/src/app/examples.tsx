import { useEffect, useMemo, useRef } from 'react'
import { messages } from '../messages/messages.ts'
import { svgUrl } from '../sketch/render.ts'
import { addStroke, EMPTY_SKETCH, type Sketch } from '../sketch/sketch.ts'
import { EXAMPLES } from './example-sketches.ts'

/** A boat on the water, stroke by stroke, as path data of the view box. */
const STROKES = [
  'M60 262 C66 292 72 312 88 315 C150 322 250 324 310 314 C340 306 362 284 376 262',
  'M60 262 C150 274 290 274 376 262',
  'M218 268 C217 190 218 120 220 40',
  'M214 52 C206 120 190 190 150 244 C172 250 196 249 212 248',
  'M226 48 C262 110 300 190 352 246 C312 252 264 250 226 248',
  'M122 262 C122 200 122 160 124 112 C116 160 100 206 78 244 C94 248 108 247 120 246',
  'M322 66 C322 50 334 40 348 40 C364 40 374 52 374 66 C374 82 362 92 348 92 C332 92 322 82 322 66',
  'M20 346 C44 334 64 356 90 346 S130 352 160 346 S240 356 270 348 S360 352 416 344',
]
/** Motion that begins by itself ends within five seconds (WCAG 2.2.2). */
const DRAWING_MS = 4_600
const BEGINS_AFTER_MS = 400

/** An example that draws itself once; with reduced motion it is there at once. */
export function SelfDrawing() {
  const ref = useRef<SVGSVGElement>(null)
  useEffect(() => animate(ref.current!), [])
  return (
    <svg
      ref={ref}
      aria-hidden="true"
      viewBox="0 0 440 380"
      fill="none"
      strokeLinecap="round"
      strokeLinejoin="round"
      className="mx-auto block size-full max-h-104 [&_path]:stroke-line-strong [&_path]:opacity-50 [&_path]:data-live:stroke-ink [&_path]:data-live:opacity-100"
    >
      {STROKES.map((d) => (
        <path key={d} d={d} strokeWidth="4.5" />
      ))}
      <g data-pencil visibility="hidden">
        <polygon points="0,0 -7,18 7,18" className="fill-sunken" />
        <polygon points="0,0 -2.5,6.5 2.5,6.5" className="fill-ink" />
        <rect x="-7" y="18" width="14" height="58" className="fill-accent" />
        <rect x="-7" y="76" width="14" height="9" className="fill-line-strong" />
      </g>
    </svg>
  )
}

/** Draws the strokes one after the other. @returns ends it */
function animate(svg: SVGSVGElement): () => void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return () => {}
  const paths = [...svg.querySelectorAll('path')]
  const lengths = paths.map((path) => path.getTotalLength())
  const total = lengths.reduce((sum, length) => sum + length, 0)
  const pencil = svg.querySelector('[data-pencil]')!
  const start = performance.now() + BEGINS_AFTER_MS
  const show = (way: number) => {
    let before = 0
    for (const [n, path] of paths.entries()) {
      const length = lengths[n]!
      const drawn = Math.max(0, Math.min(length, way - before))
      const isLive = drawn > 0 && drawn < length
      path.style.strokeDasharray = `${drawn} ${length + 1}`
      path.style.visibility = drawn === 0 ? 'hidden' : 'visible'
      path.toggleAttribute('data-live', isLive)
      if (isLive) {
        const { x, y } = path.getPointAtLength(drawn)
        pencil.setAttribute('transform', `translate(${x} ${y}) rotate(-34)`)
      }
      before += length
    }
    pencil.setAttribute('visibility', way > 0 && way < total ? 'visible' : 'hidden')
  }
  let frame = 0
  const step = (now: number) => {
    const share = Math.max(0, Math.min(1, (now - start) / DRAWING_MS))
    show(share * total)
    if (share < 1) frame = requestAnimationFrame(step)
  }
  show(0)
  frame = requestAnimationFrame(step)
  return () => cancelAnimationFrame(frame)
}

/** Sketches to begin with. */
export function ExampleButtons({ onExample }: { onExample: (sketch: Sketch) => void }) {
  const names = messages.query.examples
  const examples = useMemo(
    () =>
      EXAMPLES.map((strokes) => {
        const sketch = strokes.reduce(addStroke, EMPTY_SKETCH)
        return { sketch, src: svgUrl(sketch.strokes) }
      }),
    [],
  )
  return examples.map(({ sketch, src }, n) => (
    <button
      key={names[n]}
      type="button"
      aria-label={names[n]}
      title={names[n]}
      onClick={() => onExample(sketch)}
      className="size-13 overflow-hidden rounded-control border border-line bg-surface p-1 transition-colors duration-hover hover:border-line-strong"
    >
      <img src={src} alt="" className="size-full dark:hue-rotate-180 dark:invert-90" />
    </button>
  ))
}
