import type { ReactNode, Ref } from 'react'

interface RowFormProps {
  ref: Ref<HTMLFormElement>
  onSubmit: (data: FormData) => void
  error: Error | null
  /** Fields and a button that submits them. */
  children: ReactNode
}

/** A form in one row above a list, which adds an entry to it. */
export function RowForm({ ref, onSubmit, error, children }: RowFormProps) {
  return (
    <form
      ref={ref}
      className="flex flex-wrap items-center gap-2 pb-3"
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit(new FormData(event.currentTarget))
      }}
    >
      {children}
      {error !== null && (
        <p role="alert" className="m-0 basis-full text-13 text-danger">
          {error.message}
        </p>
      )}
    </form>
  )
}
