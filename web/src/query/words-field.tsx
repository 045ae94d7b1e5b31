import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, type RefObject, useId, useState } from 'react'
import { completeWords, getIndexStatus } from '../api/client.ts'
import { lazyPart } from '../components/lazy-part.tsx'
import { languageName } from '../messages/format.ts'
import { language } from '../messages/language.ts'
import { messages } from '../messages/messages.ts'
import { optionId, useSuggestionList } from './use-suggestion-list.ts'

const WordList = lazyPart(async () => ({ default: (await import('./word-list.tsx')).WordList }))

interface WordsFieldProps {
  ref: RefObject<HTMLInputElement | null>
  /** Whether anything is searched with yet. */
  isFirst: boolean
  onWords: (words: string) => void
  className?: string
}

const MAX_LENGTH = 200
const MAX_SUGGESTIONS = 8

/** Takes words to search with; Enter adds them. The words of the model complete the last one. */
export function WordsField({ ref, isFirst, onWords, className = '' }: WordsFieldProps) {
  const [text, setText] = useState('')
  const listId = useId()
  const { before, words } = useCompletion(text)
  const list = useSuggestionList(words.length)
  const label = useLabel(isFirst)
  const search = (found: string) => {
    list.close()
    const all = found.trim()
    if (all === '') return
    setText('')
    onWords(all)
  }
  const choose = (word: string) => search(before + word)
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.nativeEvent.isComposing && list.onKey(event.key)) event.preventDefault()
  }
  return (
    <form
      className={`min-w-30 flex-1 ${className}`}
      onSubmit={(event) => {
        event.preventDefault()
        const chosen = list.isOpen && list.active !== undefined ? words[list.active] : undefined
        if (chosen === undefined) search(text)
        else choose(chosen)
      }}
    >
      <div className="relative">
        <input
          ref={ref}
          type="text"
          role="combobox"
          value={text}
          maxLength={MAX_LENGTH}
          autoComplete="off"
          enterKeyHint="search"
          aria-label={label}
          aria-autocomplete="list"
          aria-expanded={list.isOpen}
          aria-controls={list.isOpen ? listId : undefined}
          aria-activedescendant={
            list.isOpen && list.active !== undefined ? optionId(listId, list.active) : undefined
          }
          placeholder={label}
          onFocus={WordList.preload}
          onBlur={list.close}
          onKeyDown={onKeyDown}
          onChange={({ target }) => {
            setText(target.value)
            list.open()
          }}
          className="h-9.5 coarse:h-11 w-full min-w-0 rounded-control bg-transparent px-2 text-14 text-ellipsis"
        />
        {list.isOpen && <WordList id={listId} words={words} active={list.active} onChoose={choose} />}
      </div>
    </form>
  )
}

interface Completion {
  /** The text before the end that each of the words can take the place of. */
  before: string
  words: string[]
}

const NO_COMPLETION: Completion = { before: '', words: [] }

/** The words that complete the end of a text. Those of the text before it stay until they are there. */
function useCompletion(text: string): Completion {
  const isEmpty = text.trim() === ''
  const { data = NO_COMPLETION } = useQuery({
    queryKey: ['words', text],
    queryFn: async ({ signal }) => {
      const { prefix, words } = await completeWords(text, MAX_SUGGESTIONS, signal)
      return { before: text.slice(0, text.length - prefix.length), words }
    },
    enabled: !isEmpty,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  return isEmpty || !text.startsWith(data.before) ? NO_COMPLETION : data
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
