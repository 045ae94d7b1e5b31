import { type ImgHTMLAttributes, useEffect, useRef, useState } from 'react'

const FIRST_PAUSE_MS = 2_000
const MAX_ATTEMPTS = 6

interface PatientImageProps extends ImgHTMLAttributes<HTMLImageElement> {
  alt: string
  /** Called when the picture could not be loaded after all attempts. */
  onGivenUp?: () => void
}

/** An image that is requested again after an error: the server may have been away. */
export function PatientImage({ alt, onGivenUp, ...attributes }: PatientImageProps) {
  const [attempt, setAttempt] = useState(0)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  return (
    <img
      key={attempt}
      alt={alt}
      {...attributes}
      onError={() => {
        if (attempt + 1 >= MAX_ATTEMPTS) return onGivenUp?.()
        timer.current = setTimeout(() => setAttempt(attempt + 1), FIRST_PAUSE_MS * 2 ** attempt)
      }}
    />
  )
}
