import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { CheckCheck, RefreshCw, Trash2, Undo2, X } from 'lucide-react'
import { useMemo, useState } from 'react'
import { getIndexStatus, type Image } from '../api/client.ts'
import { restoreImages, type TrashedImage } from '../api/trash.ts'
import { BarButton } from '../components/bar-button.tsx'
import { Button } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { FIELD } from '../components/field.tsx'
import { useToast } from '../components/toast.tsx'
import { useMeasures } from '../components/use-layout.ts'
import { useSettled } from '../components/use-settled.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { EmptyTrash, refreshTrash } from './empty-trash.tsx'
import type { ImageList } from './image-list.ts'
import { PictureGrid } from './picture-grid.tsx'
import { type Selection, useSelection } from './use-selection.ts'
import { useTrashList } from './use-trash-list.ts'
import { ViewTitle } from './view-title.tsx'

interface TrashViewProps {
  mayRestore: boolean
  mayEmpty: boolean
  onBack: () => void
  /** @param failures a sentence for each picture that could not be restored */
  onRestored: (images: readonly Image[], failures: readonly string[]) => void
}

const DAY_MS = 86_400_000
/** A name is looked for when it has not changed for this long. */
const TEXT_AFTER_MS = 250
const USUAL_ASPECT = 1.4
const NONE: ReadonlySet<string> = new Set()

/** Deleted pictures, the latest first: they can be restored until their days are over. */
export default function TrashView({ mayRestore, mayEmpty, onBack, onRestored }: TrashViewProps) {
  const [name, setName] = useState('')
  const [typed, setTyped] = useSettled(name, setName, TEXT_AFTER_MS)
  const list = useTrashList(name)
  const selection = useSelection(list, 'trash', false)
  const measures = useMeasures()
  const { app } = messages
  const { trashView: words } = viewMessages
  const first = list.imageAt(0) as TrashedImage | undefined
  const { data: status } = useQuery({ queryKey: ['status'], queryFn: ({ signal }) => getIndexStatus(signal) })
  const stay = first === undefined ? '' : words.stay(daysBetween(first.deleted_at, first.expires_at))
  // Each tile has the days that are left.
  const detail = mayRestore ? words.select : stay
  const sections = useMemo(
    () => [{ key: 'trash', title: '', detail, count: list.count, meanAspect: USUAL_ASPECT }],
    [detail, list.count],
  )
  return (
    <section aria-label={words.title} className="flex h-full flex-col bg-page">
      <Head {...{ list, selection, mayRestore, mayEmpty: mayEmpty && name === '', onBack, onRestored }} />
      {(name !== '' || list.count > 0) && <NameFilter name={typed} onName={setTyped} />}
      {selection.problem !== undefined && <p className="px-5 pb-2 text-danger">{selection.problem}</p>}
      {list.error !== null && list.count === 0 ? (
        <EmptyState icon={<RefreshCw />} title={list.error.message}>
          <Button onClick={list.retry}>{app.retry}</Button>
        </EmptyState>
      ) : !list.isLoading && list.count === 0 && name !== '' ? (
        <EmptyState icon={<Trash2 />} title={words.noneNamed(name)}>
          <Button onClick={() => setTyped('')}>{words.showAll}</Button>
        </EmptyState>
      ) : !list.isLoading && list.count === 0 ? (
        <EmptyState icon={<Trash2 />} title={words.emptyTitle} text={status && words.stay(status.trash_days)}>
          <Button onClick={onBack}>{app.backToGallery}</Button>
        </EmptyState>
      ) : (
        <div className="min-h-0 flex-1 pt-2" data-state={list.isLoading ? 'loading' : 'current'}>
          <PictureGrid
            sections={sections}
            count={list.count}
            imageAt={list.imageAt}
            onRange={list.onRange}
            rowHeight={measures.rowHeight}
            gap={measures.gap}
            selected={selection.ids}
            isSelecting={selection.isOn}
            unwanted={NONE}
            areScoresShown={false}
            detailOf={daysLeft}
            returnTo={undefined}
            onReturned={() => {}}
            onTop={() => {}}
            resetKey={`trash ${name}`}
            onOpen={selection.toggle}
            onToggle={(image, index, isRange) =>
              isRange ? selection.extendTo(image, index) : selection.toggle(image, index)
            }
            onSelectAll={selection.selectAll}
            onClearSelection={selection.clear}
          />
        </div>
      )}
    </section>
  )
}

function NameFilter({ name, onName }: { name: string; onName: (name: string) => void }) {
  const { filterName } = viewMessages.trashView
  return (
    <div className="px-5 pt-3 phone:px-3">
      <input
        type="search"
        value={name}
        onChange={(event) => onName(event.target.value)}
        aria-label={filterName}
        placeholder={filterName}
        className={`${FIELD} w-full sm:max-w-80`}
      />
    </div>
  )
}

function daysLeft(image: Image): string {
  const { expires_at } = image as TrashedImage
  return viewMessages.trashView.daysLeft(Math.max(0, daysBetween(new Date().toISOString(), expires_at)))
}

/** Begun days count as whole ones. */
function daysBetween(from: string, to: string): number {
  return Math.ceil((Date.parse(to) - Date.parse(from)) / DAY_MS)
}

interface HeadProps extends TrashViewProps {
  list: ImageList
  selection: Selection
}

/** Title and actions; while pictures are selected, the actions for those. */
function Head({ list, selection, mayRestore, mayEmpty, onBack, onRestored }: HeadProps) {
  const { gallery, selection: selectionWords, trash } = messages
  const { trashView: words } = viewMessages
  const client = useQueryClient()
  const toast = useToast()
  const restore = useMutation({
    mutationFn: (ids: ReadonlySet<string>) => restoreImages([...ids]),
    onSuccess: ({ images, failures }, ids) => {
      onRestored(images, failures)
      const isDone = images.length === ids.size
      if (failures.length === 0)
        toast.show({ text: isDone ? words.restored(images.length) : trash.undoFailed })
      // Pictures that were selected meanwhile stay so.
      selection.drop(ids)
    },
    onError: ({ message }) => toast.show({ text: message }),
    onSettled: () => refreshTrash(client),
  })
  if (selection.ids.size > 0) {
    return (
      <div className="@container flex h-16 shrink-0 items-center gap-1 overflow-x-auto bg-bar px-3 text-on-bar">
        <BarButton icon={<X />} onClick={selection.clear} label={selectionWords.clear} text="never" />
        <p role="status" className="pr-3 font-semibold whitespace-nowrap">
          {selectionWords.count(selection.ids.size)}
        </p>
        {mayRestore && (
          <BarButton
            icon={<Undo2 />}
            disabled={restore.isPending}
            onClick={() => restore.mutate(selection.ids)}
            label={words.restore}
            text="always"
          />
        )}
        <span className="flex-1" />
        {selection.ids.size < list.count && (
          <BarButton
            icon={<CheckCheck />}
            onClick={selection.selectAll}
            label={selectionWords.all(list.count)}
            text="always"
          />
        )}
      </div>
    )
  }
  return (
    <ViewTitle title={words.title} detail={list.count > 0 && gallery.pictures(list.count)} onBack={onBack}>
      <span className="flex-1" />
      {mayEmpty && list.count > 0 && <EmptyTrash />}
    </ViewTitle>
  )
}
