import { useQuery } from '@tanstack/react-query'
import { ChevronDown, ChevronUp, X } from 'lucide-react'
import { useState } from 'react'
import { getIndexStatus } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { viewMessages } from '../messages/view-messages.ts'
import { nameOf } from './folder-name.ts'
import { UploadQuestion } from './upload-question.tsx'
import type { Upload } from './upload-queue.ts'
import type { Uploads } from './use-uploads.ts'

/** Lists files that are being added, with their progress, errors, and questions about names and bytes that the gallery has. */
export function UploadPanel({ uploads }: { uploads: Uploads }) {
  const { list, retry, close } = uploads
  const { uploading: words } = viewMessages
  const [isFolded, setFolded] = useState(false)
  if (list.length === 0) return null
  const count = (state: Upload['state']) => list.filter((upload) => upload.state === state).length
  const [done, failed, skipped, asked] = [count('done'), count('failed'), count('skipped'), count('asked')]
  const ended = done + failed + skipped
  const isOver = ended === list.length
  const isUndecided = asked > 0 && ended + asked === list.length
  const summary = isUndecided
    ? words.undecided(asked)
    : words.summary({ done, failed, skipped, all: list.length })
  return (
    <section
      aria-label={words.title(nameOf(list.at(-1)!.directory))}
      className="pointer-events-auto w-[min(28rem,100%)] rounded-card bg-surface shadow-pop forced-colors:border"
    >
      <header className="flex items-center gap-2 border-line border-b py-1 pr-1 pl-4">
        {/* Not after each of thousands of files. */}
        <p role="status" aria-live={isOver || isUndecided ? 'polite' : 'off'} className="flex-1 font-medium">
          {summary}
        </p>
        {isOver && failed > 0 && <Button onClick={retry}>{words.retry}</Button>}
        <IconButton label={isFolded ? words.unfold : words.fold} onClick={() => setFolded(!isFolded)}>
          {isFolded ? <ChevronUp /> : <ChevronDown />}
        </IconButton>
        <IconButton label={isOver ? words.close : words.cancel} onClick={close}>
          <X />
        </IconButton>
      </header>
      {!isOver && (
        <progress
          value={ended}
          max={list.length}
          aria-label={summary}
          className="block h-1 w-full accent-accent"
        />
      )}
      <FirstQuestion uploads={uploads} />
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

/**
 * One question at a time; the files without one go on meanwhile. It stays until it is answered, even if an earlier file of the list gets a
 * question: an answer would be given to another one.
 */
function FirstQuestion({ uploads: { list, decide } }: { uploads: Uploads }) {
  const { data: status } = useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => getIndexStatus(signal),
  })
  const [kept, setKept] = useState<number>()
  const asked = list.filter(({ state }) => state === 'asked')
  const shown = asked.find(({ number }) => number === kept) ?? asked[0]
  if (shown?.number !== kept) setKept(shown?.number)
  if (shown?.question === undefined) return null
  const { number, question } = shown
  return (
    <UploadQuestion
      upload={shown}
      question={question}
      count={list.filter((upload) => upload.question?.kind === question.kind).length}
      isFinal={status && status.trash_days === 0}
      onDecide={(decision, isForAll) => decide(number, decision, isForAll)}
    />
  )
}

const MAX_ROWS = 200
const FIRST: Upload['state'][] = ['sending', 'asked', 'failed', 'waiting', 'skipped', 'done']

/** Maximum number of files listed; those in progress or refused come first. */
function mostRelevant(list: Upload[]): Upload[] {
  if (list.length <= MAX_ROWS) return list
  return FIRST.flatMap((state) => list.filter((upload) => upload.state === state)).slice(0, MAX_ROWS)
}

function Row({ upload: { file, state, share, reason } }: { upload: Upload }) {
  const { uploading: words } = viewMessages
  const states: Partial<Record<Upload['state'], string>> = {
    done: words.done,
    waiting: words.waiting,
    asked: words.asked,
    skipped: words.skipped,
  }
  return (
    <li>
      <p className="flex gap-3">
        <span className="min-w-0 flex-1 truncate">{file.name}</span>
        <span className="text-ink-2">{states[state]}</span>
      </p>
      {state === 'sending' && (
        <progress value={share} max={1} aria-label={file.name} className="h-1.5 w-full accent-accent" />
      )}
      {reason !== undefined && <p className={state === 'skipped' ? 'text-ink-2' : 'text-danger'}>{reason}</p>}
    </li>
  )
}
