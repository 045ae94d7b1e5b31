import { ArrowLeft } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from '../components/button.tsx'
import { messages } from '../messages/messages.ts'

interface ViewTitleProps {
  title: string
  /** Beside the title, such as a number of pictures. */
  detail: ReactNode
  onBack: () => void
  /** Further content, up to the right end. */
  children: ReactNode
}

/** The head of a view that replaces the results: the way back, and a title. */
export function ViewTitle({ title, detail, onBack, children }: ViewTitleProps) {
  return (
    <header className="flex h-16 shrink-0 items-center gap-3 overflow-hidden border-line border-b bg-surface px-4 phone:gap-1 phone:pr-3 phone:pl-1">
      <Button variant="ghost" icon={<ArrowLeft />} onClick={onBack}>
        <span className="phone:sr-only">{messages.viewer.gallery}</span>
      </Button>
      <h2 className="title text-22">{title}</h2>
      <p aria-live="polite" className="min-w-0 truncate text-ink-2 phone:text-12">
        {detail}
      </p>
      {children}
    </header>
  )
}
