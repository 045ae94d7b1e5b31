import { type ImgHTMLAttributes, useEffect, useRef, useState } from 'react'

const FIRST_PAUSE_MS = 2_000
const MAX_ATTEMPTS = 6

/** An image that is asked for again if it could not be had: the server may have been away. */
export function PatientImage({ alt, ...attributes }: ImgHTMLAttributes<HTMLImageElement> & { alt: string }) {
  const [attempt, setAttempt] = useState(0)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  return (
    <img
      key={attempt}
      alt={alt}
      {...attributes}
      onError={() => {
        if (attempt + 1 < MAX_ATTEMPTS)
          timer.current = setTimeout(() => setAttempt(attempt + 1), FIRST_PAUSE_MS * 2 ** attempt)
      }}
    />
  )
}
