import { Bookmark } from 'lucide-react'
import { type FormEvent, useCallback, useState } from 'react'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Field } from '../components/field.tsx'
import { useToast } from '../components/toast.tsx'
import { useEnding } from '../components/use-ending.ts'
import { number } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { useCollectionChanges, useCollections } from './use-collections.ts'

/** Pictures that are to be added to a collection, a search that becomes one, or the name of one that is to change. */
export type CollectionTask =
  | { kind: 'add'; ids: readonly string[] }
  | { kind: 'search'; search: object }
  | { kind: 'rename'; id: string; name: string }

interface CollectionDialogProps {
  task: CollectionTask
  onOpen: (id: string) => void
  onClose: () => void
}

/** Why nothing was changed: shown in the dialog, which would cover a toast, or by a toast after the dialog was closed. */
function useProblem(ending: () => AbortSignal) {
  const [problem, setProblem] = useState<string>()
  const toast = useToast()
  const report = useCallback(
    (reason: string) => (ending().aborted ? toast.show({ text: reason }) : setProblem(reason)),
    [ending, toast],
  )
  return { problem, setProblem, report }
}

/** Asks for a collection, or for the name of a new one. */
export default function CollectionDialog({ task, onOpen, onClose }: CollectionDialogProps) {
  const { collections: words } = messages
  const all = useCollections()
  const ending = useEnding()
  const { problem, setProblem, report } = useProblem(ending)
  const changes = useCollectionChanges(onOpen, report)
  const [name, setName] = useState(task.kind === 'rename' ? task.name : '')
  const [isBusy, setBusy] = useState(false)
  const isTaken = all.some((one) => one.is_own && one.name === name.trim())
  const wrong = isTaken && !(task.kind === 'rename' && task.name === name.trim()) ? words.taken : undefined
  /** After a failure the dialog stays, with what was typed. */
  const close = async (act: Promise<boolean>) => {
    const signal = ending()
    setBusy(true)
    setProblem(undefined)
    const isDone = await act
    // Closed before, it may not close a later one.
    if (signal.aborted) return
    if (isDone) onClose()
    else setBusy(false)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const trimmed = name.trim()
    if (trimmed === '' || wrong !== undefined) return
    if (task.kind === 'rename') void close(changes.change(task.id, { name: trimmed }))
    else if (task.kind === 'add') void close(changes.create({ name: trimmed, image_ids: [...task.ids] }))
    else void close(changes.create({ name: trimmed, search: task.search }))
  }
  /** Without pictures an empty collection is created. */
  const isNew = task.kind === 'add' && task.ids.length === 0
  const open =
    task.kind === 'add' && !isNew ? all.filter(({ kind, can_edit }) => kind === 'images' && can_edit) : []
  return (
    <Dialog title={isNew ? words.new : words.titles[task.kind]} isOpen onClose={onClose}>
      {open.length > 0 && (
        <ul className="-mx-2 mb-4 max-h-72 list-none overflow-y-auto p-0">
          {open.map((collection) => (
            <li key={collection.id}>
              <button
                type="button"
                disabled={isBusy}
                onClick={() => void close(changes.add(collection, task.kind === 'add' ? task.ids : []))}
                className="flex h-10 w-full items-center gap-2.5 rounded-control px-2 text-left coarse:h-11 hover:bg-sunken [&_svg]:size-4.5 [&_svg]:text-ink-2"
              >
                <Bookmark />
                <span className="min-w-0 flex-1 truncate">{collection.name}</span>
                <span className="text-12 text-ink-2">{number(collection.image_count ?? 0)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <form onSubmit={submit} className="flex items-start gap-2">
        <Field
          label={task.kind === 'add' && !isNew ? words.new : words.name}
          value={name}
          maxLength={200}
          problem={wrong ?? problem}
          data-first={open.length === 0 ? '' : undefined}
          onChange={({ target }) => {
            setName(target.value)
            setProblem(undefined)
          }}
          className="flex-1"
        />
        <Button
          type="submit"
          variant="primary"
          isBusy={isBusy}
          disabled={name.trim() === '' || wrong !== undefined}
          className="mt-6"
        >
          {words.actions[task.kind]}
        </Button>
      </form>
    </Dialog>
  )
}
