import { Component, type ComponentType, lazy, type ReactNode, Suspense, useEffect, useState } from 'react'
import { messages } from '../messages/messages.ts'
import { useToast } from './toast.tsx'

interface PartProps {
  /** Shown until the code is there, and if it can't be loaded. */
  whileLoading?: ReactNode
  /** Called if the code can't be loaded, to close the part. A toast reports this. Without it, the code is requested again and again. */
  onMissing?: () => void
}

const RETRY_AFTER_MS = 5_000

type Load<P> = () => Promise<{ default: ComponentType<P> }>

/** The code of a part is missing: the server was updated and has other files, or can't be reached. */
class PartMissing extends Error {}

/**
 * A component whose code is loaded when it is shown for the first time. Without its code the rest of the page still works, and
 * the user can reload it. `preload` loads the code before it is needed.
 */
export function lazyPart<P extends object>(load: Load<P>) {
  const tried = () =>
    lazy(() =>
      load().catch((cause: unknown) => {
        throw new PartMissing('A part of the page is missing.', { cause })
      }),
    )
  let Loaded = tried()
  function Part({ whileLoading = null, onMissing, ...rest }: P & PartProps) {
    const showMissing = usePartMissing()
    const [failures, setFailures] = useState(0)
    const [attempt, setAttempt] = useState(0)
    useEffect(() => {
      if (failures === attempt) return
      const timer = setTimeout(() => setAttempt(failures), RETRY_AFTER_MS)
      return () => clearTimeout(timer)
    }, [failures, attempt])
    const onFailed = () => {
      // The next time it is tried again.
      Loaded = tried()
      if (attempt === 0) showMissing()
      if (onMissing) onMissing()
      else setFailures(attempt + 1)
    }
    return (
      <PartBoundary key={attempt} fallback={whileLoading} onFailed={onFailed}>
        <Suspense fallback={whileLoading}>
          <Loaded {...(rest as unknown as P)} />
        </Suspense>
      </PartBoundary>
    )
  }
  /** A failure shows when the part is opened. */
  const preload = () => void load().catch(() => {})
  return Object.assign(Part, { preload })
}

/**
 * Stands for items that are being loaded. A menu or popover is placed above or below its button by the height with which it opens, and
 * does not move to the other side when it grows.
 */
export function LoadingSpace() {
  return <div className="h-75 w-60" />
}

/** @returns a function that reports missing code and offers to reload the page */
export function usePartMissing(): () => void {
  const toast = useToast()
  const { partMissing, reload } = messages.app
  return () => toast.show({ text: partMissing, action: { text: reload, run: () => location.reload() } })
}

interface PartBoundaryProps {
  fallback: ReactNode
  onFailed: () => void
  children: ReactNode
}

/** Other errors than missing code go on to the next boundary. */
class PartBoundary extends Component<PartBoundaryProps, { error: unknown }> {
  override state = { error: undefined }

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error }
  }

  override componentDidCatch(error: unknown): void {
    if (error instanceof PartMissing) this.props.onFailed()
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error !== undefined && !((error as unknown) instanceof PartMissing)) throw error
    return error === undefined ? this.props.children : this.props.fallback
  }
}
