import { useEffect, useRef } from 'react'
import { messages } from '../messages/messages.ts'
import { optionId } from './use-suggestion-list.ts'

interface WordListProps {
  id: string
  words: readonly string[]
  /** Position of the word that Enter takes. */
  active: number | undefined
  onChoose: (word: string) => void
}

/** Words that complete the text of a field, below it. */
export function WordList({ id, words, active, onChoose }: WordListProps) {
  const activeRef = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs for each active word
  useEffect(() => {
    activeRef.current?.scrollIntoView({ block: 'nearest' })
  }, [active])
  return (
    <div
      role="listbox"
      id={id}
      aria-label={messages.query.suggestions}
      // The focus stays in the field.
      onPointerDown={(event) => event.preventDefault()}
      className="absolute top-full left-0 z-50 mt-1.5 max-h-[min(25rem,50dvh)] w-full min-w-48 max-w-90 animate-appear overflow-y-auto rounded-card bg-surface p-1.5 shadow-pop forced-colors:border"
    >
      {words.map((word, n) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus and the keys
        // biome-ignore lint/a11y/useFocusableInteractive: the field has the focus
        <div
          key={word}
          id={optionId(id, n)}
          ref={n === active ? activeRef : null}
          role="option"
          aria-selected={n === active}
          onClick={() => onChoose(word)}
          className="flex min-h-9 cursor-default items-center rounded-control px-2.5 text-14 hover:bg-sunken aria-selected:bg-sunken coarse:min-h-11 forced-colors:aria-selected:outline-2"
        >
          {word}
        </div>
      ))}
    </div>
  )
}
