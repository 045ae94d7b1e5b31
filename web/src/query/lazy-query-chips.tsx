import { lazyPart } from '../components/lazy-part.tsx'
import type { QueryChipsProps } from './query-chips.tsx'

const Chips = lazyPart(async () => ({ default: (await import('./query-chips.tsx')).QueryChips }))

/** The parts of the search. Their code is loaded with the first of them. */
export function LazyQueryChips(props: QueryChipsProps) {
  if (props.sketch === undefined && props.terms.length === 0) return null
  return <Chips {...props} whileLoading={<span className="w-24 shrink-0" />} />
}
