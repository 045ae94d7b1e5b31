import { type ReactNode, useEffect, useRef, useState } from 'react'
import { messages } from '../messages/messages.ts'

interface Trace {
  url: string | undefined
  /** Asks for a picture, or removes the present one. */
  toggle: () => void
  /** Has to be rendered. */
  input: ReactNode
}

/** A picture under the sheet to be traced: chosen here, or given by the page. It is never searched with. */
export function useTrace(givenUrl: string | undefined, onEnd: (() => void) | undefined): Trace {
  const [chosen, setChosen] = useState<string>()
  const inputRef = useRef<HTMLInputElement>(null)
  useEffect(() => () => URL.revokeObjectURL(chosen ?? ''), [chosen])
  const url = chosen ?? givenUrl
  return {
    url,
    toggle: () => {
      if (url === undefined) inputRef.current?.click()
      setChosen(undefined)
      onEnd?.()
    },
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
          if (file !== undefined) setChosen(URL.createObjectURL(file))
          target.value = ''
        }}
      />
    ),
  }
}
