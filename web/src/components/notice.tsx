interface NoticeProps {
  title: string
  hint?: string
  action?: { text: string; run: () => void }
}

/** Stands where images would be when there are none. */
export function Notice({ title, hint, action }: NoticeProps) {
  return (
    <div
      role="status"
      className="grid h-full place-content-center justify-items-center gap-2 px-8 text-center"
    >
      <p className="text-lg">{title}</p>
      {hint && <p className="text-muted">{hint}</p>}
      {action && (
        <button
          type="button"
          onClick={action.run}
          className="mt-2 h-10 rounded-lg border border-line px-4 hover:bg-raised"
        >
          {action.text}
        </button>
      )}
    </div>
  )
}
