import { SearchX } from 'lucide-react'
import type { ApiError } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import type { QueryTerm } from '../state/query-terms.ts'
import type { Page } from './use-page.ts'

/** Why the model can't search with the words, similar words, and a search in names and captions. */
export default function WordsProblem({ page, error }: { page: Page; error: ApiError }) {
  const { words } = viewMessages
  const { rejected, suggestions } = error
  const { hasWords, search } = page
  const ids = search.query.terms.flatMap(({ kind, id }) => (kind === 'words' ? [id] : []))
  const text = rejected?.text ?? ids.join(' ')
  const isRejected = ({ kind, id }: QueryTerm) =>
    kind === 'words' && (rejected === undefined || id.includes(rejected.text))
  return (
    <EmptyState
      icon={<SearchX />}
      title={hasWords ? error.message : words.noModel}
      text={suggestions.length > 0 ? words.similar : undefined}
    >
      {suggestions.map((word) => (
        <Button key={word} onClick={() => rejected && page.actions.replaceWord(rejected, word)}>
          {word}
        </Button>
      ))}
      <Button variant="ghost" onClick={() => page.searchNames(text)}>
        {words.inNames(text)}
      </Button>
      {/* Words that are still being typed are changed in the field. */}
      {page.state.terms.some(isRejected) && (
        <Button
          variant="ghost"
          onClick={() => page.actions.setTerms(page.state.terms.filter((term) => !isRejected(term)))}
        >
          {messages.query.remove}
        </Button>
      )}
    </EmptyState>
  )
}
