import { lazyPart } from '../components/lazy-part.tsx'
import type { Trash } from './use-trash.ts'

export const loadFailureList = () => import('./failure-list.tsx')

const FailureList = lazyPart(loadFailureList)

/** Names the pictures that could not be moved to the trash or back, and why. */
export function TrashFailures({ trash }: { trash: Trash }) {
  const isShown = trash.failures.length > 0
  return (
    // Always in the document: screen readers do not read out a region that appears together with its text.
    <div role="status" className={isShown ? '' : 'sr-only'}>
      {isShown && <FailureList failures={trash.failures} onClose={trash.dismissFailures} />}
    </div>
  )
}
