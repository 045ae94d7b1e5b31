import { type ComponentProps, lazy, Suspense } from 'react'
import type { Library } from './library.tsx'

const Loaded = lazy(async () => ({ default: (await import('./library.tsx')).Library }))

/** The library, which is closed at first and loaded when it is opened. */
export function LazyLibrary(props: ComponentProps<typeof Library>) {
  return (
    <Suspense fallback={null}>
      <Loaded {...props} />
    </Suspense>
  )
}
