import { useState } from 'react'
import type { Filters, Image } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { useEnding } from '../components/use-ending.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { fileCount, withFolded } from './folded-files.ts'

/** Something that is about to be done with tiles, some of which stand for several files. */
export interface FilesTask {
  action: 'trash' | 'collect' | 'export'
  images: readonly Image[]
  filters: Filters
  act: (images: readonly Image[]) => void
}

/** Asks whether all files of some tiles are meant, or only those that are shown. */
export default function FilesQuestion({ task, onClose }: { task: FilesTask; onClose: () => void }) {
  const { folded: words } = viewMessages
  const { action, images, filters, act } = task
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const ending = useEnding()
  const count = fileCount(images)
  const finish = (chosen: readonly Image[]) => {
    onClose()
    act(chosen)
  }
  const finishWithAll = async () => {
    const signal = ending()
    setBusy(true)
    setProblem(undefined)
    try {
      const all = await withFolded(images, filters, signal)
      // Cancelled, nothing is done with the files that were found.
      if (!signal.aborted) finish(all)
    } catch (error) {
      if (signal.aborted) return
      setBusy(false)
      setProblem(error instanceof Error ? error.message : messages.selection.failed)
    }
  }
  return (
    <Dialog
      title={words.titles[action]}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button variant="ghost" onClick={onClose}>
            {messages.app.cancel}
          </Button>
          <Button disabled={isBusy} onClick={() => finish(images)}>
            {words.shown(images.length)}
          </Button>
          <Button variant="primary" isBusy={isBusy} onClick={() => void finishWithAll()}>
            {words.all(count)}
          </Button>
        </>
      }
    >
      <p>{words.text(images.length, count)}</p>
      {problem !== undefined && (
        <p role="alert" className="mt-2 text-danger">
          {problem}
        </p>
      )}
    </Dialog>
  )
}
