import { X } from 'lucide-react'
import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { messages } from '../messages/messages.ts'
import { IconButton } from './icon-button.tsx'
import { Layer } from './layer.tsx'

interface DialogProps {
  title: string
  isOpen: boolean
  onClose: () => void
  /** Called before a person closes it. @returns whether it may be closed */
  mayClose?: () => boolean
  /** For a question: no cross, buttons at its end. Otherwise, an element with `data-first` gets the focus. */
  actions?: ReactNode
  children: ReactNode
}

/** A window over the page; Escape and a press beside it close it. */
export function Dialog({ title, isOpen, onClose, mayClose, actions, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const [layer, setLayer] = useState<HTMLElement | null>(null)
  const isPressedBeside = useRef(false)
  const isQuestion = actions !== undefined
  useEffect(() => {
    const dialog = ref.current!
    setLayer(dialog)
    if (isOpen && !dialog.open) {
      dialog.showModal()
      // With the focus, the cross would show its tooltip, which takes the first Escape.
      if (!isQuestion) (dialog.querySelector<HTMLElement>('[data-first]') ?? dialog).focus()
    }
    if (!isOpen && dialog.open) dialog.close()
  }, [isOpen, isQuestion])
  useClosedAtEnd(ref)
  const isHeld = () => mayClose?.() === false
  const close = () => isHeld() || ref.current?.close()
  useHeldEscape(isOpen && mayClose !== undefined, isHeld)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard closes it with Escape
    <dialog
      ref={ref}
      aria-label={title}
      tabIndex={-1}
      // A dialog that is removed while it is open was not closed by a person.
      onClose={({ currentTarget }) => currentTarget.isConnected && onClose()}
      // The back gesture of a phone.
      onCancel={(event) => isHeld() && event.preventDefault()}
      onPointerDown={({ target }) => {
        isPressedBeside.current = target === ref.current
      }}
      // A press that begins in a field, to select its text, may end beside the dialog.
      onClick={({ target }) => isPressedBeside.current && target === ref.current && close()}
      className="m-auto max-h-[80dvh] w-[min(92vw,44rem)] rounded-sheet bg-surface p-0 shadow-pop outline-none backdrop:bg-scrim forced-colors:border"
    >
      <Layer value={layer}>
        <div className="sticky top-0 z-1 flex items-center justify-between gap-2 bg-surface px-5 pt-4 pb-2">
          <h2 className="title min-w-0 flex-1 text-22 [overflow-wrap:anywhere]">{title}</h2>
          {!isQuestion && (
            // The dialog closes itself first: it then gives the focus back.
            <IconButton label={messages.app.close} onClick={close}>
              <X />
            </IconButton>
          )}
        </div>
        {isOpen && <div className="px-5 pb-5">{children}</div>}
        {isQuestion && <div className="flex flex-wrap justify-end gap-2 px-5 pb-5">{actions}</div>}
      </Layer>
    </dialog>
  )
}

/** Chromium lets a page cancel the event of the dialog for one Escape, and closes it at the next. */
function useHeldEscape(isNeeded: boolean, isHeld: () => boolean): void {
  const latest = useRef(isHeld)
  latest.current = isHeld
  useEffect(() => {
    if (!isNeeded) return
    // Anywhere: no element has the focus after a button was disabled.
    const onKey = (event: KeyboardEvent) =>
      event.key === 'Escape' && latest.current() && event.preventDefault()
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [isNeeded])
}

/** A dialog that is removed while it is open returns the focus only if it is closed before. */
function useClosedAtEnd(ref: RefObject<HTMLDialogElement | null>): void {
  useLayoutEffect(() => {
    const dialog = ref.current
    return () => dialog?.close()
  }, [ref])
}
