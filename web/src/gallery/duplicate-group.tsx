import { Columns2 } from 'lucide-react'
import { useLayoutEffect, useRef } from 'react'
import type { Image } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { reasonsFor, relationOf } from './duplicate-choice.ts'
import { OtherPicture, SuggestedPicture } from './duplicate-picture.tsx'
import { disposableOf, type GroupReview } from './group-review.ts'
import type { DuplicateGroup } from './use-duplicates.ts'
import { useGroupKeys } from './use-group-keys.ts'

interface DuplicateGroupProps {
  group: DuplicateGroup
  review: GroupReview
  /** Keeps a picture, or not. */
  onToggle: (image: Image) => void
  /** Such as “Group 1 of 86”. */
  position: string
  onOpen: (image: Image) => void
  onCompare: () => void
  /** Deletes the other pictures; undefined for users who may not. */
  onApply: ((images: Image[]) => void) | undefined
  onSkip: () => void
  /** The group is not shown again. */
  onNotDuplicates: () => void
  /** To the next group or the one before. */
  onStep: (step: 1 | -1) => void
}

/**
 * One group: the suggested picture large, the others beside it, and the decision below. From one group to the next the buttons stay, with
 * the focus.
 */
export function DuplicateGroupView(props: DuplicateGroupProps) {
  const { group, review, position, onOpen, onCompare, onApply, onStep, onToggle } = props
  const { duplicates: words } = viewMessages
  const [suggested, ...others] = group.images as [Image, ...Image[]]
  const gone = disposableOf(group, review)
  const apply = onApply && gone.length > 0 ? () => onApply(gone) : undefined
  useGroupKeys({ images: group.images, toggle: onToggle, apply, onCompare, onStep })
  const ref = useBeginning(review.key)
  const actions = (image: Image, digit: number) => ({
    image,
    digit,
    isKept: !review.unwanted.has(image.id),
    onToggle: () => onToggle(image),
    onOpen: () => onOpen(image),
  })
  return (
    <div className="@container flex min-w-0 flex-1 flex-col">
      <section
        ref={ref}
        aria-label={position}
        tabIndex={-1}
        className="min-h-0 flex-1 overflow-y-auto p-5 outline-none phone:p-3"
      >
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 pb-3">
          <span className="title text-20">{position}</span>
          <span className="text-ink-2">{words.versions(group.images.length)}</span>
          <span className="flex-1" />
          <Button size="small" icon={<Columns2 />} onClick={onCompare}>
            {words.compare}
          </Button>
        </div>
        <div className="grid items-start gap-3.5 @4xl:grid-cols-[minmax(0,1fr)_26.5rem]">
          <SuggestedPicture
            key={suggested.id}
            {...actions(suggested, 1)}
            reasons={reasonsFor(suggested, others)}
          />
          <ul className="m-0 flex list-none flex-col gap-3.5 p-0">
            {others.map((image, n) => (
              <OtherPicture
                key={image.id}
                {...actions(image, n + 2)}
                relation={relationOf(image, suggested)}
              />
            ))}
          </ul>
        </div>
      </section>
      <DecisionBar {...props} apply={apply} />
    </div>
  )
}

/** Begins another group at its top; a focus that was on a picture of the former one stays near. */
function useBeginning(key: string) {
  const ref = useRef<HTMLElement>(null)
  const last = useRef(key)
  useLayoutEffect(() => {
    if (last.current === key) return
    last.current = key
    ref.current!.scrollTop = 0
    if (document.activeElement === document.body) ref.current!.focus({ preventScroll: true })
  }, [key])
  return ref
}

function DecisionBar({
  group,
  review,
  apply,
  onApply,
  onSkip,
  onNotDuplicates,
}: DuplicateGroupProps & { apply: (() => void) | undefined }) {
  const { duplicates: words } = viewMessages
  const count = group.images.length
  const unwanted = group.images.filter(({ id }) => review.unwanted.has(id)).length
  return (
    <footer className="flex min-h-18 shrink-0 flex-wrap items-center justify-end gap-2 border-line border-t bg-surface px-5 pt-2 pb-[calc(env(safe-area-inset-bottom)+0.5rem)] phone:px-3">
      <p className="flex-1 text-13 text-ink-2 whitespace-nowrap @max-3xl:hidden">
        <Key>1</Key>–<Key>{String(Math.min(9, count))}</Key> {words.keys} <Key>↓</Key> {words.nextKey}
      </p>
      <Button variant="ghost" onClick={onNotDuplicates}>
        {words.notDuplicates}
      </Button>
      <Button onClick={onSkip}>{words.skip}</Button>
      {onApply && (
        <Button
          variant="primary"
          disabled={apply === undefined}
          // The second press of a double click would be for the next group.
          onClick={({ detail }) => detail < 2 && apply?.()}
        >
          {words.apply(count - unwanted, unwanted)}
          <span
            aria-hidden="true"
            className="rounded-sm border border-current px-1.25 font-normal text-12 stacked:hidden"
          >
            {messages.shortcuts.enter}
          </span>
        </Button>
      )}
    </footer>
  )
}

function Key({ children }: { children: string }) {
  return (
    <kbd className="rounded-sm border border-line border-b-2 bg-page px-1.25 font-sans text-12">
      {children}
    </kbd>
  )
}
