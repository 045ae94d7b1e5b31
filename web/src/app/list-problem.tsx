import { RefreshCw, SearchX } from 'lucide-react'
import { ApiError, isPassing } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { messages } from '../messages/messages.ts'
import type { Page } from './use-page.ts'

interface ListProblemProps {
  page: Page
  error: Error
}

/** Tries again to load the list; where a part of the page is missing, the page itself is loaded again. */
export function Retry({ page: { lists }, error }: ListProblemProps) {
  const { partMissing, reload, retry } = messages.app
  const isMissing = error.message === partMissing
  return (
    <Button onClick={isMissing ? () => location.reload() : lists.list.retry}>
      {isMissing ? reload : retry}
    </Button>
  )
}

/** Why there is no list, and what to do. */
export function ListProblem({ page, error }: ListProblemProps) {
  const { query, status } = messages
  const retry = <Retry page={page} error={error} />
  if (isPassing(error))
    return (
      <EmptyState icon={<RefreshCw />} title={status.offlineTitle} text={error.message}>
        {retry}
      </EmptyState>
    )
  if (!(error instanceof ApiError) || error.code !== 'unknown_word')
    return (
      <EmptyState icon={<RefreshCw />} title={error.message}>
        {retry}
      </EmptyState>
    )
  const { rejected, suggestions } = error
  const hint = suggestions.length > 0 ? query.similarWords : undefined
  return (
    <EmptyState icon={<SearchX />} title={error.message} text={hint}>
      {suggestions.map((word) => (
        <Button key={word} onClick={() => rejected && page.actions.replaceWord(rejected, word)}>
          {word}
        </Button>
      ))}
    </EmptyState>
  )
}
