import { useEffect, useRef } from 'react'
import { viewMessages } from '../messages/view-messages.ts'
import { optionId } from './use-suggestion-list.ts'

interface WordListProps {
  id: string
  words: readonly string[]
  text: string
  /** Whether the model understands words. */
  hasModel: boolean
  /** Position of the suggestion that Enter takes. */
  active: number | undefined
  /** The position after the last word stands for the text in names and captions. */
  onChoose: (at: number) => void
}

/** Words that complete the text of a field, below it, and the text itself in names and captions. */
export function WordList({ id, words, text, hasModel, active, onChoose }: WordListProps) {
  const { suggestions, inNames, noModel } = viewMessages.words
  const activeRef = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs for each active word
  useEffect(() => {
    activeRef.current?.scrollIntoView({ block: 'nearest' })
  }, [active])
  return (
    <div
      // The focus stays in the field.
      onPointerDown={(event) => event.preventDefault()}
      className="absolute top-full left-0 z-50 mt-1.5 max-h-[min(25rem,50dvh)] w-full min-w-48 max-w-90 animate-appear overflow-y-auto rounded-card bg-surface p-1.5 shadow-pop forced-colors:border"
    >
      {!hasModel && <p className="m-0 px-2.5 py-1.5 text-13 text-ink-2">{noModel}</p>}
      <div role="listbox" id={id} aria-label={suggestions}>
        {[...words, inNames(text)].map((suggestion, n) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus and the keys
          // biome-ignore lint/a11y/useFocusableInteractive: the field has the focus
          <div
            key={n === words.length ? '' : suggestion}
            id={optionId(id, n)}
            ref={n === active ? activeRef : null}
            role="option"
            aria-selected={n === active}
            onClick={() => onChoose(n)}
            className="flex min-h-9 cursor-default items-center rounded-control px-2.5 py-1 text-14 [overflow-wrap:anywhere] hover:bg-sunken aria-selected:bg-sunken coarse:min-h-11 forced-colors:aria-selected:outline-2"
          >
            {suggestion}
          </div>
        ))}
      </div>
    </div>
  )
}
