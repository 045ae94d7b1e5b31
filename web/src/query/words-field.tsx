import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, type RefObject, useEffect, useId, useState } from 'react'
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
  /** undefined if the model understands no words. */
  onWords: ((words: string) => void) | undefined
  /** Looks for the text in names and captions. */
  onNames: (text: string) => void
  /** The words that are searched with while they are typed. */
  live: string | undefined
  onLive: (words: string | undefined) => void
  /** Called after the text has been used. */
  onDone?: () => void
  className?: string
}

export type WordsSearch = Pick<WordsFieldProps, 'onWords' | 'onNames' | 'live' | 'onLive'>

const MAX_LENGTH = 200
const MAX_SUGGESTIONS = 8
/** The last suggestion; no word of a model is empty. */
const IN_NAMES = ''
/** Pause in typing after which the words are searched with. */
const LIVE_AFTER_MS = 250

/**
 * Takes words to search with, while they are typed; Enter makes a part of the search of them. The words of the model complete the last
 * one. The last suggestion looks for the text in names and captions.
 */
export function WordsField({ ref, isFirst, onDone, className = '', ...search }: WordsFieldProps) {
  const { onWords, onNames, live, onLive } = search
  const [text, setText] = useState('')
  const listId = useId()
  const typed = text.trim()
  const { before, words, isKnown, isPending } = useCompletion(text, onWords !== undefined)
  const list = useSuggestionList(typed === '' || isPending ? [] : [...words, IN_NAMES])
  const label = useLabel(isFirst)
  useLive(ref, typed, isKnown, onLive)
  const finish = (found: string, act: (found: string) => void) => {
    list.close()
    const all = found.trim()
    if (all === '') return
    setText('')
    act(all)
    onDone?.()
  }
  const choose = (at: number) => {
    const word = words[at]
    if (word === undefined) finish(text, onNames)
    else finish(before + word, onWords ?? onNames)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.nativeEvent.isComposing && list.onKey(event.key)) event.preventDefault()
  }
  return (
    <form
      className={`min-w-30 flex-1 ${className}`}
      onSubmit={(event) => {
        event.preventDefault()
        if (list.isOpen && list.active !== undefined) choose(list.active)
        else finish(text, onWords ?? onNames)
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
          onBlur={({ target }) => {
            list.close()
            // The window lost the focus, and the field keeps it.
            if (document.activeElement === target) return
            if (typed !== '' && (isKnown || live === typed)) finish(text, onWords ?? onNames)
            else onLive(undefined)
          }}
          onKeyDown={onKeyDown}
          onChange={({ target }) => {
            setText(target.value)
            list.open()
          }}
          className="h-9.5 coarse:h-11 w-full min-w-0 rounded-control bg-transparent px-2 text-14 text-ellipsis"
        />
        {list.isOpen && (
          <WordList
            id={listId}
            words={words}
            text={typed}
            hasModel={onWords !== undefined}
            active={list.active}
            onChoose={choose}
          />
        )}
      </div>
    </form>
  )
}

/** Searches with known words after a pause in typing, and no longer when the field is empty or removed. */
function useLive(
  ref: WordsFieldProps['ref'],
  typed: string,
  isKnown: boolean,
  onLive: WordsFieldProps['onLive'],
): void {
  useEffect(() => {
    if (typed !== '' && !isKnown) return
    const search = () => {
      // Words that are found to be known after the field was left would be no part of the address.
      if (typed === '' || document.activeElement === ref.current) onLive(typed || undefined)
    }
    const timer = setTimeout(search, typed === '' ? 0 : LIVE_AFTER_MS)
    return () => clearTimeout(timer)
  }, [ref, typed, isKnown, onLive])
  useEffect(() => () => onLive(undefined), [onLive])
}

interface Completion {
  /** The text before the end that each of the words can replace. */
  before: string
  words: string[]
  isKnown: boolean
}

const NO_COMPLETION: Completion = { before: '', words: [], isKnown: false }

/** The words that complete the end of a text. Those of the text before it stay until they are there. */
function useCompletion(text: string, hasModel: boolean): Completion & { isPending: boolean } {
  const isAsked = hasModel && text.trim() !== ''
  const { data, isPending, isPlaceholderData } = useQuery({
    queryKey: ['words', text],
    queryFn: async ({ signal }) => {
      const { prefix, words, known } = await completeWords(text, MAX_SUGGESTIONS, signal)
      return { before: text.slice(0, text.length - prefix.length), words, isKnown: known }
    },
    enabled: isAsked,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  const fits = isAsked && data !== undefined && text.startsWith(data.before)
  return {
    ...(fits ? data : NO_COMPLETION),
    ...(isPlaceholderData && { isKnown: false }),
    isPending: isAsked && isPending,
  }
}

/** Names the language of the model's words, that of the page if it can be, unless the model takes any text. */
function useLabel(isFirst: boolean): string {
  const { data: status } = useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => getIndexStatus(signal),
  })
  const languages = status?.words.languages ?? []
  const used = languages.includes(language) ? language : languages[0]
  const { describe, addWords, describeIn, addWordsIn, names } = messages.query
  if (status?.words.kind === 'none') return names
  if (used === undefined) return isFirst ? describe : addWords
  return (isFirst ? describeIn : addWordsIn)(languageName(used))
}
