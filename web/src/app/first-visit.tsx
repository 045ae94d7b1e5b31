import { ImagePlus, Type } from 'lucide-react'
import { useMemo } from 'react'
import { Button } from '../components/button.tsx'
import { messages } from '../messages/messages.ts'
import { PictureMenu } from '../query/picture-menu.tsx'
import { svgUrl } from '../sketch/render.ts'
import { addStroke, EMPTY_SKETCH, type Sketch } from '../sketch/sketch.ts'
import { EXAMPLES } from './example-sketches.ts'

interface FirstVisitProps {
  onExample: (sketch: Sketch) => void
  onPicture: (picture: Blob) => void
  onChoose: () => void
  /** undefined if the model understands no words. */
  onWords: (() => void) | undefined
  /** On a phone only the words fit. */
  isCompact: boolean
}

/** Text on a blank sheet. Only its buttons take presses: the rest is paper. */
export function FirstVisit({ onExample, onPicture, onChoose, onWords, isCompact }: FirstVisitProps) {
  const { query } = messages
  const examples = useMemo(
    () =>
      EXAMPLES.map((strokes) => {
        const sketch = strokes.reduce(addStroke, EMPTY_SKETCH)
        return { sketch, src: svgUrl(sketch.strokes) }
      }),
    [],
  )
  return (
    <div className="flex h-full flex-col items-center px-6 pt-[min(12vh,6rem)] pb-26 text-center phone:pt-6">
      <h2 className="title text-50 phone:text-28 stacked:text-28">{query.firstTitle}</h2>
      <p className="mt-2 max-w-128 text-16 text-ink-2 phone:text-14">{query.firstHint}</p>
      {!isCompact && (
        <>
          <span className="flex-1" />
          <div className="pointer-events-auto flex flex-wrap items-center justify-center gap-2">
            <span className="pr-1 text-13 text-ink-2">{query.tryOne}</span>
            {examples.map(({ sketch, src }, n) => (
              <button
                key={query.examples[n]}
                type="button"
                aria-label={query.examples[n]}
                title={query.examples[n]}
                onClick={() => onExample(sketch)}
                className="size-13 overflow-hidden rounded-control border border-line bg-surface p-1 transition-colors duration-hover hover:border-line-strong"
              >
                <img src={src} alt="" className="size-full dark:hue-rotate-180 dark:invert-90" />
              </button>
            ))}
            <PictureMenu
              trigger={<Button icon={<ImagePlus />}>{query.usePicture}</Button>}
              onChoose={onChoose}
              onPicture={onPicture}
            />
            {onWords && (
              <Button icon={<Type />} onClick={onWords}>
                {query.useWords}
              </Button>
            )}
          </div>
        </>
      )}
    </div>
  )
}
