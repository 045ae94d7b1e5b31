import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { createPortal } from 'react-dom'

export interface ToastContent {
  text: string
  action?: { text: string; run: () => void } | undefined
}

export interface Toasts {
  /** @returns hides it if it is still shown */
  show: (toast: ToastContent) => () => void
  hide: () => void
}

const SHOWN_MS = 6_000
const SHOWN_WITH_ACTION_MS = 10_000

const ToastContext = createContext<Toasts | null>(null)

/** Shows a sentence at the bottom for a while, one at a time. */
export function useToast(): Toasts {
  return use(ToastContext)!
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toast, setToast] = useState<{ content: ToastContent; number: number }>()
  const show = useCallback((content: ToastContent) => {
    setToast((old) => ({ content, number: (old?.number ?? 0) + 1 }))
    return () => setToast((now) => (now?.content === content ? undefined : now))
  }, [])
  const hide = useCallback(() => setToast(undefined), [])
  const toasts = useMemo(() => ({ show, hide }), [show, hide])
  const top = useTop(toast !== undefined)
  return (
    <ToastContext value={toasts}>
      {children}
      {/* Always in the document: screen readers do not read out a region that appears together with its text. */}
      {createPortal(
        <div
          role="status"
          className="pointer-events-none fixed inset-x-3 bottom-[calc(env(safe-area-inset-bottom)+1.25rem)] z-60 flex justify-center"
        >
          {toast !== undefined && <ToastBar key={toast.number} {...toast.content} onEnd={hide} />}
        </div>,
        top,
      )}
    </ToastContext>
  )
}

/** The topmost modal dialog, outside of which nothing can be pressed; the body while there is none, or nothing is shown. */
function useTop(isShown: boolean): Element {
  const [top, setTop] = useState<Element>(document.body)
  useLayoutEffect(() => {
    if (!isShown) return setTop(document.body)
    const find = () => setTop([...document.querySelectorAll('dialog:modal')].at(-1) ?? document.body)
    find()
    const observer = new MutationObserver(find)
    observer.observe(document.body, { subtree: true, attributeFilter: ['open'] })
    return () => observer.disconnect()
  }, [isShown])
  return top
}

/** Ends after a while. The time is paused while it is hovered or has the focus. */
function ToastBar({ text, action, onEnd }: ToastContent & { onEnd: () => void }) {
  const [isHeld, setHeld] = useState(false)
  const left = useRef(action === undefined ? SHOWN_MS : SHOWN_WITH_ACTION_MS)
  useEffect(() => {
    if (isHeld) return
    const startedAt = performance.now()
    const timer = setTimeout(onEnd, left.current)
    return () => {
      clearTimeout(timer)
      left.current -= performance.now() - startedAt
    }
  }, [isHeld, onEnd])
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only its time is paused
    <div
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="pointer-events-auto flex min-h-12 animate-rise items-center gap-3.5 rounded-card bg-bar py-1 pr-2 pl-4 text-on-bar shadow-pop forced-colors:border"
    >
      <span className="py-2 pr-2 [overflow-wrap:anywhere]">{text}</span>
      {action !== undefined && (
        <button
          type="button"
          onClick={() => {
            onEnd()
            action.run()
          }}
          className="h-10 shrink-0 rounded-control coarse:h-11 px-2.5 font-semibold text-bar-action hover:bg-bar-hover"
        >
          {action.text}
        </button>
      )}
    </div>
  )
}
