import { Check, Copy, RefreshCw } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { DUPLICATE_LEVELS, DUPLICATE_ORDERS, type DuplicateChoice, type Image } from '../api/client.ts'
import { sizedUrl } from '../api/picture-sources.ts'
import { Button } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { Notice } from '../components/notice.tsx'
import { PatientImage } from '../components/patient-image.tsx'
import { useToast } from '../components/toast.tsx'
import { bytes } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { MAX_COMPARED } from '../state/address.ts'
import { useStoredChoice } from '../state/settings.ts'
import { BEST_BY, type BestBy, freedBytes } from './duplicate-choice.ts'
import { DuplicateGroupView } from './duplicate-group.tsx'
import { DuplicatesHead } from './duplicates-head.tsx'
import { type FinishedGroup, isReviewed, reviewedIn } from './group-review.ts'
import { useNotDuplicates } from './not-duplicates.ts'
import { type DuplicateGroup, useDuplicates } from './use-duplicates.ts'
import { useGroupReview } from './use-group-review.ts'

interface DuplicatesViewProps {
  hidden: ReadonlyMap<string, Image>
  /** Ids of pictures that this page has deleted, unless they were restored. */
  gone: ReadonlySet<string>
  onOpen: (image: Image) => void
  onCompare: (images: readonly Image[]) => void
  /** undefined for users who may not. */
  onDelete: ((images: Image[]) => Promise<boolean>) | undefined
  /** Whether lists may change, because no user is reading them. */
  onTop: (isAtTop: boolean) => void
  onBack: () => void
}

/** Groups of pictures that look the same, one after the other: one is kept, the others are deleted. */
export default function DuplicatesView(props: DuplicatesViewProps) {
  const { hidden, gone, onOpen, onCompare, onDelete, onTop, onBack } = props
  const [hasMoved, setMoved] = useState(false)
  const [bestBy, setBestBy] = useStoredChoice('duplicates-best', BEST_BY)
  const [level, setLevel] = useStoredChoice('duplicates-level', DUPLICATE_LEVELS)
  const [order, setOrder] = useStoredChoice('duplicates-order', DUPLICATE_ORDERS)
  const open = useOpenGroups(hidden, gone, hasMoved, bestBy, { level, order_by: order })
  const { found, groups, left, decided, dismissed, finish, hasReviewed } = open
  const toast = useToast()
  const { duplicates: words } = viewMessages
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => onTop(true), [])
  const { review, group, show, goOn, toggle, restart } = useGroupReview(groups, bestBy, decided)
  const index = review?.index ?? -1
  // A group that is gone may only have moved behind the loaded ones.
  useFurtherGroups(found.more, review?.isGone === true || index >= groups.length - 2)
  const goTo = (place: number) => {
    const other = groups[place]
    if (other === undefined || place === index) return
    setMoved(place > 0)
    show(other, place)
  }
  const dismiss = (other: DuplicateGroup) => {
    dismissed.add(other.images)
    const run = () => {
      dismissed.remove(other.images)
      show(other, index)
    }
    toast.show({ text: words.notShown, action: { text: messages.trash.undo, run } })
  }
  /** Another list begins at its first group. */
  const fromStart =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      setMoved(false)
      restart()
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
      {groups.length > 0 && <FurtherProblem found={found} />}
      {review?.isGone ? (
        <GroupGone onGoOn={goOn} />
      ) : review === undefined || group === undefined ? (
        <NoGroups found={found} hasReviewed={hasReviewed} onBack={onBack} />
      ) : (
        <div className="flex min-h-0 flex-1">
          <GroupList groups={groups} current={index} onChoose={goTo} />
          <DuplicateGroupView
            group={group}
            review={review}
            onToggle={toggle}
            position={words.groupOf(index + 1, left)}
            onOpen={onOpen}
            onCompare={() => onCompare(group.images.slice(0, MAX_COMPARED))}
            onApply={
              onDelete &&
              ((images) => void onDelete(images).then((isMoved) => isMoved && finish(group, images)))
            }
            onSkip={() => finish(group)}
            onNotDuplicates={() => dismiss(group)}
            onStep={(step) => goTo(index + step)}
          />
        </div>
      )}
    </section>
  )
}

function useFurtherGroups(more: (() => void) | undefined, isNeeded: boolean): void {
  useEffect(() => {
    if (isNeeded) more?.()
  }, [isNeeded, more])
}

/** The groups about which the user has not decided. */
function useOpenGroups(
  hidden: ReadonlyMap<string, Image>,
  gone: ReadonlySet<string>,
  hasMoved: boolean,
  bestBy: BestBy,
  choice: DuplicateChoice,
) {
  const [finished, setFinished] = useState<readonly FinishedGroup[]>([])
  const reviewed = useMemo(() => reviewedIn(finished, gone), [finished, gone])
  /** Those of the group that was dismissed last: it is no longer in the list. */
  const [last, setLast] = useState<ReadonlySet<string>>(new Set())
  const decided = useMemo(() => reviewed.union(gone).union(last), [reviewed, gone, last])
  const dismissed = useNotDuplicates()
  const found = useDuplicates(hidden, !hasMoved && reviewed.size === 0, bestBy, choice)
  const groups = found.groups.filter((one) => !isReviewed(one, reviewed) && !dismissed.has(one.images))
  return {
    found,
    groups,
    /** Number of them, also of those that are not loaded. */
    left: Math.max(found.total - (found.groups.length - groups.length), groups.length),
    /** Ids of pictures about which the user has decided. */
    decided,
    dismissed: {
      add(images: readonly Image[]) {
        setLast(new Set(images.map(idOf)))
        dismissed.add(images)
      },
      remove(images: readonly Image[]) {
        setLast(new Set())
        dismissed.remove(images)
      },
    },
    hasReviewed: reviewed.size > 0 || found.groups.length > 0,
    /** @param moved those that were moved to the trash: the group is open again when all are back */
    finish: ({ images }: DuplicateGroup, moved: readonly Image[] = []) =>
      setFinished((old) => [...old, { ids: images.map(idOf), moved: moved.map(idOf) }]),
  }
}

const idOf = ({ id }: Image) => id

/** Why further groups could not be loaded. */
function FurtherProblem({ found: { error, retry } }: { found: ReturnType<typeof useDuplicates> }) {
  if (error === null) return null
  return (
    <div className="pt-2">
      <Notice
        isDanger
        title={error.message}
        actions={
          <Button size="small" onClick={retry}>
            {messages.app.retry}
          </Button>
        }
      />
    </div>
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

/** Someone else has ended the group in view. */
function GroupGone({ onGoOn }: { onGoOn: () => void }) {
  const { duplicates: words } = viewMessages
  return (
    <EmptyState icon={<Copy />} title={words.groupGone} text={words.groupGoneHint}>
      <Button variant="primary" onClick={onGoOn}>
        {words.nextGroup}
      </Button>
    </EmptyState>
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
