import type { ReactNode } from 'react'

interface EmptyStateProps {
  icon: ReactNode
  title: string
  text?: string | undefined
  /** Buttons. */
  children?: ReactNode
}

/** Replaces an empty list of pictures: the reason, its effect and the next step. On a phone it fits into the lowest bottom sheet. */
export function EmptyState({ icon, title, text, children }: EmptyStateProps) {
  return (
    <div role="status" className="grid h-full place-items-center overflow-y-auto p-5 phone:p-2">
      <div className="w-full max-w-112 rounded-sheet border border-line bg-surface p-6 phone:p-4">
        <span
          aria-hidden="true"
          className="mb-4 grid size-11 place-items-center rounded-control bg-sunken text-ink-2 phone:hidden [&_svg]:size-5"
        >
          {icon}
        </span>
        <h2 className="title text-22">{title}</h2>
        {text !== undefined && <p className="mt-1 text-ink-2">{text}</p>}
        {children !== undefined && <div className="mt-5 flex flex-wrap gap-2 phone:mt-3">{children}</div>}
      </div>
    </div>
  )
}
