import { type ReactNode, useRef } from 'react'
import { messages } from '../messages/messages.ts'

/** A picture under the sheet to be traced, which is never searched with. */
export interface Trace {
  url: string | undefined
  onTrace: (url: string) => void
  onEnd: () => void
}

interface TraceInput {
  /** Asks for a picture, or removes the present one. */
  toggle: () => void
  /** Has to be rendered. */
  input: ReactNode
}

export function useTraceInput({ url, onTrace, onEnd }: Trace): TraceInput {
  const inputRef = useRef<HTMLInputElement>(null)
  return {
    toggle: () => (url === undefined ? inputRef.current?.click() : onEnd()),
    input: (
      <input
        ref={inputRef}
        type="file"
        accept="image/*"
        hidden
        aria-label={messages.sheet.trace}
        data-testid="underlay"
        onChange={({ target }) => {
          const [file] = target.files ?? []
          if (file !== undefined) onTrace(URL.createObjectURL(file))
          target.value = ''
        }}
      />
    ),
  }
}
