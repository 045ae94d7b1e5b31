import { RefreshCw } from 'lucide-react'
import { ApiError, isPassing } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { lazyPart } from '../components/lazy-part.tsx'
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

const WordsProblem = lazyPart(() => import('./words-problem.tsx'))

/** Why there is no list, and what to do. */
export function ListProblem({ page, error }: ListProblemProps) {
  if (error instanceof ApiError && !isPassing(error) && isAboutWords(page, error))
    return <WordsProblem page={page} error={error} />
  const [title, text] = isPassing(error) ? [messages.status.offlineTitle, error.message] : [error.message]
  return (
    <EmptyState icon={<RefreshCw />} title={title} text={text}>
      <Retry page={page} error={error} />
    </EmptyState>
  )
}

function isAboutWords({ words, search }: Page, { code }: ApiError): boolean {
  if (code === 'unknown_word') return true
  const hasNoWords = words !== undefined && words.onWords === undefined
  return hasNoWords && search.query.terms.some(({ kind }) => kind === 'words')
}
