import { useMemo } from 'react'
import { messages } from '../messages/messages.ts'
import { svgUrl } from '../sketch/render.ts'
import { addStroke, EMPTY_SKETCH, type Sketch } from '../sketch/sketch.ts'
import { EXAMPLES } from './example-sketches.ts'

/** Sketches to begin with. */
export default function ExampleButtons({ onExample }: { onExample: (sketch: Sketch) => void }) {
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
