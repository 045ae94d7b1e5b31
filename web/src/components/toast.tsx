import { Toast as Radix } from 'radix-ui'
import { createContext, type ReactNode, use, useCallback, useMemo, useState } from 'react'

export interface ToastContent {
  text: string
  action?: { text: string; run: () => void } | undefined
}

export interface Toasts {
  show: (toast: ToastContent) => void
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
  const [toast, setToast] = useState<ToastContent & { number: number }>()
  const show = useCallback(
    (next: ToastContent) => setToast((old) => ({ ...next, number: (old?.number ?? 0) + 1 })),
    [],
  )
  const hide = useCallback(() => setToast(undefined), [])
  const toasts = useMemo(() => ({ show, hide }), [show, hide])
  return (
    <ToastContext value={toasts}>
      <Radix.Provider swipeDirection="down">
        {children}
        {toast !== undefined && (
          <Radix.Root
            key={toast.number}
            duration={toast.action === undefined ? SHOWN_MS : SHOWN_WITH_ACTION_MS}
            onOpenChange={(isOpen) => !isOpen && hide()}
            className="pointer-events-auto flex min-h-12 animate-rise items-center gap-3.5 rounded-card bg-bar py-1 pr-2 pl-4 text-on-bar shadow-pop forced-colors:border"
          >
            <Radix.Description className="py-2 pr-2 [overflow-wrap:anywhere]">{toast.text}</Radix.Description>
            {toast.action !== undefined && (
              <Radix.Action
                altText={toast.action.text}
                onClick={toast.action.run}
                className="h-10 shrink-0 rounded-control px-2.5 font-semibold text-bar-action hover:bg-bar-hover"
              >
                {toast.action.text}
              </Radix.Action>
            )}
          </Radix.Root>
        )}
        <Radix.Viewport className="pointer-events-none fixed inset-x-3 bottom-[calc(env(safe-area-inset-bottom)+1.25rem)] z-60 m-0 flex list-none flex-col items-center p-0 outline-none" />
      </Radix.Provider>
    </ToastContext>
  )
}
