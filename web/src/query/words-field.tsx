import { useQuery } from '@tanstack/react-query'
import { type RefObject, useId, useState } from 'react'
import { completeWords, getIndexStatus } from '../api/client.ts'
import { languageName } from '../messages/format.ts'
import { language } from '../messages/language.ts'
import { messages } from '../messages/messages.ts'

interface WordsFieldProps {
  ref: RefObject<HTMLInputElement | null>
  /** Whether anything is searched with yet. */
  isFirst: boolean
  onWords: (words: string) => void
  className?: string
}

const MAX_LENGTH = 200
const SUGGESTIONS = 8

/** Takes words to search with; Enter adds them. The model's own words are suggested. */
export function WordsField({ ref, isFirst, onWords, className = '' }: WordsFieldProps) {
  const [text, setText] = useState('')
  const listId = useId()
  const last = text.split(/\s+/).at(-1) ?? ''
  const { data: suggestions = [] } = useQuery({
    queryKey: ['words', last],
    queryFn: ({ signal }) => completeWords(last, SUGGESTIONS, signal),
    enabled: last.length > 1,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  const before = text.slice(0, text.length - last.length)
  const label = useLabel(isFirst)
  return (
    <form
      className={`min-w-30 flex-1 ${className}`}
      onSubmit={(event) => {
        event.preventDefault()
        const words = text.trim()
        if (words === '') return
        setText('')
        onWords(words)
      }}
    >
      <input
        ref={ref}
        type="text"
        value={text}
        maxLength={MAX_LENGTH}
        list={listId}
        autoComplete="off"
        enterKeyHint="search"
        aria-label={label}
        placeholder={label}
        onChange={({ target }) => setText(target.value)}
        className="h-9.5 w-full min-w-0 rounded-control bg-transparent px-2 text-14 text-ellipsis"
      />
      <datalist id={listId}>
        {suggestions.map((word) => (
          <option key={word} value={before + word} />
        ))}
      </datalist>
    </form>
  )
}

/** Names the language of the model's words, that of the page if it can be, unless the model takes any text. */
function useLabel(isFirst: boolean): string {
  const { data: status } = useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => getIndexStatus(signal),
  })
  const languages = status?.words.languages ?? []
  const used = languages.includes(language) ? language : languages[0]
  const { describe, addWords, describeIn, addWordsIn } = messages.query
  if (used === undefined) return isFirst ? describe : addWords
  return (isFirst ? describeIn : addWordsIn)(languageName(used))
}
