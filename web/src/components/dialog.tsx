import { X } from 'lucide-react'
import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef } from 'react'
import { messages } from '../messages.ts'
import { IconButton } from './icon-button.tsx'

interface DialogProps {
  title: string
  isOpen: boolean
  onClose: () => void
  children: ReactNode
}

/** A window over the page; Escape and a click beside it close it. */
export function Dialog({ title, isOpen, onClose, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = ref.current!
    if (isOpen && !dialog.open) dialog.showModal()
    if (!isOpen && dialog.open) dialog.close()
  }, [isOpen])
  useClosedAtEnd(ref)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard closes it with Escape
    <dialog
      ref={ref}
      aria-label={title}
      onClose={onClose}
      onClick={(event) => event.target === ref.current && ref.current?.close()}
      className="m-auto max-h-[80dvh] w-[min(92vw,44rem)] rounded-2xl border border-line bg-surface p-0 backdrop:bg-black/50"
    >
      <div className="sticky top-0 flex items-center justify-between bg-surface px-5 py-3">
        <h2 className="min-w-0 flex-1 font-medium [overflow-wrap:anywhere]">{title}</h2>
        {/* Closed by itself it gives the focus back. */}
        <IconButton label={messages.viewer.close} onClick={() => ref.current?.close()}>
          <X />
        </IconButton>
      </div>
      {isOpen && children}
    </dialog>
  )
}

/** A dialog that is taken away while it is open gives the focus back only if it is closed before. */
export function useClosedAtEnd(ref: RefObject<HTMLDialogElement | null>): void {
  useLayoutEffect(() => {
    const dialog = ref.current
    return () => dialog?.close()
  }, [ref])
}
