import { ImagePlus, Type } from 'lucide-react'
import { Button } from '../components/button.tsx'
import { lazyPart } from '../components/lazy-part.tsx'
import { messages } from '../messages/messages.ts'
import { PictureMenu } from '../query/picture-menu.tsx'
import type { Sketch } from '../sketch/sketch.ts'

const ExampleButtons = lazyPart(async () => ({ default: (await import('./examples.tsx')).ExampleButtons }))
const SelfDrawing = lazyPart(async () => ({ default: (await import('./examples.tsx')).SelfDrawing }))

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
  return (
    <div
      className={`flex h-full flex-col items-center px-6 text-center ${isCompact ? 'pt-6' : 'pb-26 pt-[min(12vh,6rem)] stacked:pt-20 low:pt-18 low:pb-18'}`}
      style={isCompact ? { paddingBottom: 'calc(var(--sheet-inset-bottom, 0px) + 5.5rem)' } : {}}
    >
      <h2 className="title text-50 min-[120rem]:text-64 phone:text-28 stacked:text-28">{query.firstTitle}</h2>
      <p className="mt-2 max-w-128 text-16 text-ink-2 text-balance phone:text-14 [@container(height<15rem)]:hidden">
        {query.firstHint}
      </p>
      {/* Too small to be recognised, it would be a speck. */}
      <div className="min-h-0 w-full flex-1 py-4 [@container(height<15rem)]:invisible">
        <SelfDrawing />
      </div>
      {!isCompact && (
        <div className="pointer-events-auto flex flex-wrap items-center justify-center gap-x-5 gap-y-2 low:hidden">
          <span className="flex items-center gap-2">
            <span className="pr-1 text-13 text-ink-2">{query.tryOne}</span>
            <ExampleButtons onExample={onExample} whileLoading={<span className="h-13 w-43" />} />
          </span>
          <span className="flex flex-wrap items-center justify-center gap-2">
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
          </span>
        </div>
      )}
    </div>
  )
}
