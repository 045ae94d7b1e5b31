import { type ImgHTMLAttributes, type ReactNode, useEffect, useRef, useState } from 'react'
import { useServerBack } from './server-back.ts'

const FIRST_PAUSE_MS = 2_000
const MAX_ATTEMPTS = 6

interface PatientImageProps extends ImgHTMLAttributes<HTMLImageElement> {
  alt: string
  /** Called when the picture could not be loaded after all attempts. */
  onGivenUp?: () => void
  /** Called after the first error. */
  onFailed?: () => void
  /** Takes its place after all attempts, until the server can be reached again. */
  whenGivenUp?: ReactNode
}

/**
 * An image that is requested again after an error: the server may have been away. It is invisible meanwhile, so that what lies behind it is
 * seen rather than the browser's sign of an error.
 */
export function PatientImage({
  alt,
  onFailed,
  onGivenUp,
  whenGivenUp,
  className = '',
  ...attributes
}: PatientImageProps) {
  const [attempt, setAttempt] = useState(0)
  /** Number of times that the server came back while there was no picture. */
  const [round, setRound] = useState(0)
  const [hasFailed, setFailed] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  useServerBack(() => {
    if (!hasFailed) return
    clearTimeout(timer.current)
    setAttempt(0)
    setRound(round + 1)
  })
  if (attempt === MAX_ATTEMPTS && whenGivenUp !== undefined) return whenGivenUp
  return (
    <img
      key={`${round} ${Math.min(attempt, MAX_ATTEMPTS - 1)}`}
      alt={alt}
      {...attributes}
      className={hasFailed ? `${className} invisible` : className}
      onLoad={() => setFailed(false)}
      onError={() => {
        setFailed(true)
        if (attempt === 0) onFailed?.()
        if (attempt < MAX_ATTEMPTS - 1)
          timer.current = setTimeout(() => setAttempt(attempt + 1), FIRST_PAUSE_MS * 2 ** attempt)
        else if (attempt < MAX_ATTEMPTS) {
          setAttempt(MAX_ATTEMPTS)
          onGivenUp?.()
        }
      }}
    />
  )
}
