import { RefreshCw, SearchX } from 'lucide-react'
import { ApiError, isPassing } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { messages } from '../messages/messages.ts'
import type { Page } from './use-page.ts'

/** Why there is no list, and what to do. */
export function ListProblem({ page, error }: { page: Page; error: Error }) {
  const { app, query, status } = messages
  const retry = <Button onClick={page.lists.list.retry}>{app.retry}</Button>
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
