import type { ComponentProps } from 'react'
import { lazyPart } from '../components/lazy-part.tsx'
import type { Library } from './library.tsx'

const Loaded = lazyPart(async () => ({ default: (await import('./library.tsx')).Library }))

/** The library, which is closed at first and loaded when it is opened. */
export function LazyLibrary(props: ComponentProps<typeof Library>) {
  return <Loaded {...props} {...(props.onChoose && { onMissing: props.onChoose })} />
}
