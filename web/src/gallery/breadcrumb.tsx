import { ChevronRight } from 'lucide-react'
import { Fragment } from 'react'
import { messages } from '../messages/messages.ts'

interface BreadcrumbProps {
  directory: string | undefined
  onChoose: (directory: string | undefined) => void
}

/** The way from the root to the folder in view. */
export function Breadcrumb({ directory, onChoose }: BreadcrumbProps) {
  if (directory === undefined) return null
  const names = directory.split('/')
  return (
    <nav
      aria-label={messages.gallery.whereAmI}
      className="flex min-w-0 flex-wrap items-center gap-1 px-3 pt-2 text-sm sm:px-4"
    >
      <button
        type="button"
        className="rounded px-1 text-muted hover:underline"
        onClick={() => onChoose(undefined)}
      >
        {messages.gallery.allFolders}
      </button>
      {names.map((name, n) => {
        const path = names.slice(0, n + 1).join('/')
        const isLast = n === names.length - 1
        return (
          <Fragment key={path}>
            <ChevronRight className="size-4 shrink-0 text-muted" aria-hidden="true" />
            <button
              type="button"
              aria-current={isLast ? 'location' : undefined}
              onClick={() => onChoose(path)}
              className={`max-w-48 truncate rounded px-1 ${isLast ? 'font-medium' : 'text-muted hover:underline'}`}
            >
              {name}
            </button>
          </Fragment>
        )
      })}
    </nav>
  )
}
