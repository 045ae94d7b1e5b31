import { Check, ChevronDown, Copy, RefreshCw } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { Image } from '../api/client.ts'
import { sizedUrl } from '../api/picture-sources.ts'
import { Button } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { Menu, MenuChoice } from '../components/menu.tsx'
import { PatientImage } from '../components/patient-image.tsx'
import { ProgressRing } from '../components/progress-ring.tsx'
import { useToast } from '../components/toast.tsx'
import { bytes } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { MAX_COMPARED } from '../state/address.ts'
import { useStoredChoice } from '../state/settings.ts'
import { BEST_BY, type BestBy, freedBytes } from './duplicate-choice.ts'
import { DuplicateGroupView } from './duplicate-group.tsx'
import { useNotDuplicates } from './not-duplicates.ts'
import { type DuplicateGroup, useDuplicates } from './use-duplicates.ts'
import { ViewTitle } from './view-title.tsx'

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
  const dismissed = useNotDuplicates()
  const found = useDuplicates(hidden, current === 0 && reviewed.size === 0, bestBy)
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
  return (
    <section aria-label={words.title} className="flex h-full flex-col bg-page">
      <DuplicatesHead
        found={found}
        left={left}
        groups={groups}
        bestBy={bestBy}
        onBestBy={setBestBy}
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

interface DuplicatesHeadProps {
  found: ReturnType<typeof useDuplicates>
  /** Number of groups that are left. */
  left: number
  groups: readonly DuplicateGroup[]
  bestBy: BestBy
  onBestBy: (bestBy: BestBy) => void
  onBack: () => void
}

function DuplicatesHead({ found, left, groups, bestBy, onBestBy, onBack }: DuplicatesHeadProps) {
  const { duplicates: words } = viewMessages
  const freed = groups.reduce((sum, { images }) => sum + freedBytes(images), 0)
  return (
    <ViewTitle
      title={words.title}
      detail={
        <>
          {found.isPending ? messages.app.loading : words.groups(left)}
          {freed > 0 && `, ${words.toFree(bytes(freed))}`}
        </>
      }
      onBack={onBack}
    >
      {found.progress < 1 && (
        <span className="flex items-center gap-2 text-13 text-ink-2">
          <ProgressRing label={words.compared(found.progress)} share={found.progress} />
          <span aria-hidden="true" className="phone:hidden">
            {words.compared(found.progress)}
          </span>
        </span>
      )}
      <span className="flex-1" />
      <Menu
        align="end"
        trigger={
          <Button variant="ghost" size="small" aria-label={`${words.bestBy}: ${words.best[bestBy]}`}>
            <span className="phone:hidden">{words.best[bestBy]}</span>
            <ChevronDown aria-hidden="true" />
          </Button>
        }
      >
        <MenuChoice
          label={words.bestBy}
          value={bestBy}
          onChange={onBestBy}
          options={BEST_BY.map((value) => ({ value, text: words.best[value] }))}
        />
      </Menu>
    </ViewTitle>
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
            <PatientImage
              src={sizedUrl(first!.thumbnail_url, 256)}
              alt=""
              loading="lazy"
              className="h-13.5 w-18 shrink-0 rounded-tile bg-sunken object-cover"
            />
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
