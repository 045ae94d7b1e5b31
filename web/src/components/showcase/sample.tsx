import type { ReactNode } from 'react'

interface SampleProps {
  /** The files of the components that are shown, without their endings. */
  files: readonly string[]
  title: string
  children: ReactNode
}

/** A component in its states, beside its name. */
export function Sample({ files, title, children }: SampleProps) {
  return (
    <section
      aria-label={title}
      data-components={files.join(' ')}
      className="grid grid-cols-[8rem_minmax(0,1fr)] items-center gap-x-4 gap-y-2 py-2.5 phone:grid-cols-1"
    >
      <h2 className="text-12 text-ink-2">{title}</h2>
      <div className="flex flex-wrap items-center gap-2">{children}</div>
    </section>
  )
}
