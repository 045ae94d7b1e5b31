import type { ReactNode } from 'react'

interface NoticeProps {
  icon?: ReactNode
  title?: string | undefined
  children?: ReactNode
  /** Buttons. */
  actions?: ReactNode
  isDanger?: boolean
  /** Not read out, because its numbers change all the time. */
  isQuiet?: boolean
}

/** A message below the head of the results. */
export function Notice({ icon, title, children, actions, isDanger = false, isQuiet }: NoticeProps) {
  return (
    <div
      role="status"
      aria-live={isQuiet ? 'off' : undefined}
      className="mx-5 mb-2 flex flex-wrap items-center gap-x-3 gap-y-1 rounded-card border border-line bg-surface px-3.5 py-2 phone:mx-3 [&_svg]:size-5"
    >
      {icon}
      <p className="min-w-0 flex-1 basis-48 [overflow-wrap:anywhere]">
        {title !== undefined && (
          <span className={`pr-2 font-semibold ${isDanger ? 'text-danger' : ''}`}>{title}</span>
        )}
        <span className="text-13 text-ink-2">{children}</span>
      </p>
      {actions !== undefined && <span className="flex flex-wrap gap-1">{actions}</span>}
    </div>
  )
}
