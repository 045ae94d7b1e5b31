import { type ComponentProps, type ReactNode, useId } from 'react'

interface FieldProps extends ComponentProps<'input'> {
  label: string
  /** Whether the label is only read out. */
  isLabelHidden?: boolean
  hint?: ReactNode
  /** Why the text is not valid. */
  problem?: string | undefined
}

export const FIELD =
  'h-10 min-w-0 rounded-control border border-line-strong bg-surface px-3 outline-offset-0 placeholder:text-ink-3 focus-visible:outline-2 focus-visible:outline-accent aria-invalid:outline-2 aria-invalid:outline-danger disabled:opacity-42 coarse:h-11'

export function Field({ label, isLabelHidden = false, hint, problem, className = '', ...input }: FieldProps) {
  const id = useId()
  const hintId = `${id}-hint`
  const problemId = `${id}-problem`
  const described = [hint && hintId, problem && problemId].filter(Boolean).join(' ')
  return (
    <div className={`flex min-w-0 flex-col gap-1 ${className}`}>
      <label htmlFor={id} className={isLabelHidden ? 'sr-only' : 'font-medium'}>
        {label}
      </label>
      {hint && (
        <span id={hintId} className="text-13 text-ink-2">
          {hint}
        </span>
      )}
      <input
        id={id}
        {...input}
        aria-describedby={described || undefined}
        aria-invalid={problem !== undefined || undefined}
        className={FIELD}
      />
      <span id={problemId} role="alert" className="text-12 text-danger empty:hidden">
        {problem}
      </span>
    </div>
  )
}
