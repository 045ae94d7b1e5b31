import { Check, Copy, RefreshCw } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { DUPLICATE_LEVELS, DUPLICATE_ORDERS, type Image } from '../api/client.ts'
import { sizedUrl } from '../api/picture-sources.ts'
import { Button } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { PatientImage } from '../components/patient-image.tsx'
import { useToast } from '../components/toast.tsx'
import { bytes } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { MAX_COMPARED } from '../state/address.ts'
import { useStoredChoice } from '../state/settings.ts'
import { BEST_BY, freedBytes } from './duplicate-choice.ts'
import { DuplicateGroupView } from './duplicate-group.tsx'
import { DuplicatesHead } from './duplicates-head.tsx'
import { useNotDuplicates } from './not-duplicates.ts'
import { type DuplicateGroup, useDuplicates } from './use-duplicates.ts'

interface DuplicatesViewProps {
  hidden: ReadonlyMap<string, Image>
  onOpen: (image: Image) => void
  onCompare: (images: readonly Image[]) => void
  /** undefined for users who may not. */
  onDelete: ((images: Image[]) => void) | undefined
  /** Whether lists may change, because no user is reading them. */
  onTop: (isAtTop: boolean) => void
  onBack: () => void
}

/** Groups of pictures that look the same, one after the other: one is kept, the others are deleted. */
export default function DuplicatesView(props: DuplicatesViewProps) {
  const { hidden, onOpen, onCompare, onDelete, onTop, onBack } = props
  const [current, setCurrent] = useState(0)
  const [reviewed, setReviewed] = useState<ReadonlySet<string>>(new Set())
  const [bestBy, setBestBy] = useStoredChoice('duplicates-best', BEST_BY)
  const [level, setLevel] = useStoredChoice('duplicates-level', DUPLICATE_LEVELS)
  const [order, setOrder] = useStoredChoice('duplicates-order', DUPLICATE_ORDERS)
  const dismissed = useNotDuplicates()
  const isQuiet = current === 0 && reviewed.size === 0
  const found = useDuplicates(hidden, isQuiet, bestBy, { level, order_by: order })
  const toast = useToast()
  const { duplicates: words } = viewMessages
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => onTop(true), [])
  const groups = found.groups.filter(({ key, images }) => !reviewed.has(key) && !dismissed.has(images))
  /** Groups that are left, also those that are not loaded. */
  const left = Math.max(found.total - (found.groups.length - groups.length), groups.length)
  const index = Math.min(current, groups.length - 1)
  const group = groups[index]
  const { more } = found
  useEffect(() => {
    if (index >= groups.length - 2) more?.()
  }, [index, groups.length, more])
  const finish = (done: DuplicateGroup) => setReviewed(new Set([...reviewed, done.key]))
  const dismiss = ({ images }: DuplicateGroup) => {
    dismissed.add(images)
    toast.show({
      text: words.notShown,
      action: { text: messages.trash.undo, run: () => dismissed.remove(images) },
    })
  }
  /** Another list begins at its first group. */
  const fromStart =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      setCurrent(0)
      set(value)
    }
  return (
    <section aria-label={words.title} className="flex h-full flex-col bg-page">
      <DuplicatesHead
        found={found}
        left={left}
        groups={groups}
        choices={[
          { label: words.level, texts: words.levels, value: level, onChange: fromStart(setLevel) },
          { label: words.order, texts: words.orders, value: order, onChange: fromStart(setOrder) },
          { label: words.bestBy, texts: words.best, value: bestBy, onChange: setBestBy, isNamed: true },
        ]}
        onBack={onBack}
      />
      {group === undefined ? (
        <NoGroups found={found} hasReviewed={reviewed.size > 0 || found.groups.length > 0} onBack={onBack} />
      ) : (
        <div className="flex min-h-0 flex-1">
          <GroupList groups={groups} current={index} onChoose={setCurrent} />
          <DuplicateGroupView
            key={`${group.key} ${bestBy}`}
            group={group}
            position={words.groupOf(index + 1, left)}
            onOpen={onOpen}
            onCompare={() => onCompare(group.images.slice(0, MAX_COMPARED))}
            onApply={
              onDelete &&
              ((images) => {
                onDelete(images)
                finish(group)
              })
            }
            onSkip={() => finish(group)}
            onNotDuplicates={() => dismiss(group)}
            onStep={(step) => setCurrent(Math.max(0, Math.min(groups.length - 1, index + step)))}
          />
        </div>
      )}
    </section>
  )
}

interface GroupListProps {
  groups: readonly DuplicateGroup[]
  current: number
  onChoose: (index: number) => void
}

function GroupList({ groups, current, onChoose }: GroupListProps) {
  const { duplicates: words } = viewMessages
  const ref = useRef<HTMLElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each group
  useEffect(() => {
    ref.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' })
  }, [current])
  return (
    <nav
      ref={ref}
      aria-label={words.list}
      className="w-68 shrink-0 overflow-y-auto border-line border-r bg-surface p-3 stacked:hidden"
    >
      {groups.map((group, n) => {
        const [first] = group.images
        return (
          <button
            key={group.key}
            type="button"
            aria-current={n === current || undefined}
            onClick={() => onChoose(n)}
            className={`flex w-full items-center gap-3 rounded-card p-3 text-left ${n === current ? 'bg-sunken' : 'hover:bg-sunken'}`}
          >
            <span className="relative shrink-0 before:absolute before:inset-x-2 before:-top-1 before:h-0.5 before:rounded-full before:bg-line-strong">
              <PatientImage
                src={sizedUrl(first!.thumbnail_url, 256)}
                alt=""
                loading="lazy"
                className="h-13.5 w-18 rounded-tile bg-sunken object-cover"
              />
            </span>
            <span>
              <span className="block font-medium">{words.pictures(group.images.length)}</span>
              <span className="text-13 text-ink-2">{words.frees(bytes(freedBytes(group.images)))}</span>
            </span>
          </button>
        )
      })}
    </nav>
  )
}

interface NoGroupsProps {
  found: ReturnType<typeof useDuplicates>
  hasReviewed: boolean
  onBack: () => void
}

function NoGroups({ found, hasReviewed, onBack }: NoGroupsProps) {
  const { duplicates: words } = viewMessages
  const { app } = messages
  if (found.isPending) return null
  if (found.error !== null) {
    return (
      <EmptyState icon={<RefreshCw />} title={found.error.message}>
        <Button onClick={found.retry}>{app.retry}</Button>
      </EmptyState>
    )
  }
  if (found.progress < 1)
    return <EmptyState icon={<Copy />} title={words.noneYet} text={words.compared(found.progress)} />
  return (
    <EmptyState
      icon={hasReviewed ? <Check /> : <Copy />}
      title={hasReviewed ? words.reviewed : words.none}
      text={hasReviewed ? undefined : words.noneHint}
    >
      <Button onClick={onBack}>{app.backToGallery}</Button>
    </EmptyState>
  )
}
