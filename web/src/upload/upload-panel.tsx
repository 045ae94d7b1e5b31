import { ChevronDown, ChevronUp, X } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../components/button.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { messages } from '../messages/messages.ts'
import type { Upload } from './upload-queue.ts'
import type { Uploads } from './use-uploads.ts'

/** Lists files that are being added, with their progress and errors. */
export function UploadPanel({ uploads }: { uploads: Uploads }) {
  const { list, retry, close } = uploads
  const [isFolded, setFolded] = useState(false)
  if (list.length === 0) return null
  const done = list.filter(({ state }) => state === 'done').length
  const failed = list.filter(({ state }) => state === 'failed').length
  const isOver = done + failed === list.length
  return (
    <section
      aria-label={messages.upload.title(nameOf(list.at(-1)!.directory))}
      className="pointer-events-auto w-[min(26rem,100%)] rounded-card bg-surface shadow-pop forced-colors:border"
    >
      <header className="flex items-center gap-2 border-line border-b py-1 pr-1 pl-4">
        <p role="status" className="flex-1 font-medium">
          {messages.upload.summary(done, failed, list.length)}
        </p>
        {isOver && failed > 0 && <Button onClick={retry}>{messages.upload.retry}</Button>}
        <IconButton
          label={isFolded ? messages.upload.unfold : messages.upload.fold}
          onClick={() => setFolded(!isFolded)}
        >
          {isFolded ? <ChevronUp /> : <ChevronDown />}
        </IconButton>
        <IconButton label={isOver ? messages.upload.close : messages.upload.cancel} onClick={close}>
          <X />
        </IconButton>
      </header>
      {!isOver && (
        <progress
          value={done + failed}
          max={list.length}
          aria-label={messages.upload.summary(done, failed, list.length)}
          className="block h-1 w-full accent-accent"
        />
      )}
      {!isFolded && (
        <ul className="m-0 max-h-[30dvh] list-none space-y-2 overflow-y-auto px-4 py-3 text-13">
          {mostRelevant(list).map((upload) => (
            <Row key={upload.number} upload={upload} />
          ))}
        </ul>
      )}
    </section>
  )
}

const MAX_ROWS = 200
const FIRST: Upload['state'][] = ['sending', 'failed', 'waiting', 'done']

/** Maximum number of files listed; those in progress or refused come first. */
function mostRelevant(list: Upload[]): Upload[] {
  if (list.length <= MAX_ROWS) return list
  return FIRST.flatMap((state) => list.filter((upload) => upload.state === state)).slice(0, MAX_ROWS)
}

function Row({ upload: { name, state, share, reason } }: { upload: Upload }) {
  return (
    <li>
      <p className="flex gap-3">
        <span className="min-w-0 flex-1 truncate">{name}</span>
        <span className="text-ink-2">
          {state === 'done' && messages.upload.done}
          {state === 'waiting' && messages.upload.waiting}
        </span>
      </p>
      {state === 'sending' && (
        <progress value={share} max={1} aria-label={name} className="h-1.5 w-full accent-accent" />
      )}
      {reason !== undefined && <p className="text-danger">{reason}</p>}
    </li>
  )
}

/** The name of a folder; the root has none of its own. */
export function nameOf(directory: string): string {
  return directory === '.' ? messages.gallery.allPictures : directory
}
