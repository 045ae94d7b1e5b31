import { Fragment, type MouseEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Image } from '../api/client.ts'
import { sizedUrl } from '../api/picture-sources.ts'
import { Button } from '../components/button.tsx'
import { PatientImage } from '../components/patient-image.tsx'
import { viewMessages } from '../messages/view-messages.ts'
import type { Decision, Question } from './decisions.ts'
import { nameOf } from './folder-name.ts'
import type { Upload } from './upload-queue.ts'

interface UploadQuestionProps {
  upload: Upload
  question: Question
  /** Number of files with the same question. */
  count: number
  /** Whether a replaced picture is deleted, since there is no trash; undefined while the server has not answered. */
  isFinal: boolean | undefined
  onDecide: (decision: Decision, isForAll: boolean) => void
}

/**
 * Asks about a file whose name or bytes the gallery has: both pictures, what can be done, and whether it holds for all. From one question
 * to the next the buttons stay, with the focus, unless it is a question of another kind.
 */
export function UploadQuestion({ upload, question, count, isFinal, onDecide }: UploadQuestionProps) {
  const { uploading: words } = viewMessages
  /** The file of the question for which the box is checked. */
  const [checked, setChecked] = useState<number>()
  const { number, file, directory } = upload
  const isForAll = checked === number
  const isTaken = question.kind === 'taken'
  const others = isTaken ? (question.existing ? [question.existing] : []) : question.images
  const text = isTaken
    ? words.taken(file.name, nameOf(directory))
    : others.length === 0
      ? words.inTrash(file.name)
      : words.known(file.name, others[0]!.path, others.length)
  // The second press of a double click would answer the next question.
  const decide = (decision: Decision) => (event: MouseEvent) =>
    event.detail < 2 && onDecide(decision, isForAll)
  const ref = useKeptFocus(`${number} ${question.kind}`)
  return (
    <section
      ref={ref}
      aria-label={words.question(file.name)}
      tabIndex={-1}
      className="border-line border-b px-4 py-3 outline-none"
    >
      <div className="flex flex-wrap gap-3">
        <NewPicture key={number} file={file} />
        {others[0] !== undefined && <ExistingPicture key={others[0].id} image={others[0]} />}
        <p className="min-w-0 flex-1 basis-40 text-13 [overflow-wrap:anywhere]">
          {text}
          {isTaken && isFinal !== undefined && (
            <span className="block pt-1 text-ink-2">{isFinal ? words.replaceFinal : words.replaceHint}</span>
          )}
        </p>
      </div>
      <div className="flex flex-wrap items-center gap-2 pt-3">
        {isTaken ? (
          <Fragment key="taken">
            <Button size="small" variant="primary" onClick={decide('keep_both')}>
              {words.keepBoth}
            </Button>
            <Button size="small" disabled={isFinal === undefined} onClick={decide('replace')}>
              {words.replace}
            </Button>
            <Button size="small" onClick={decide('skip')}>
              {words.skip}
            </Button>
          </Fragment>
        ) : (
          <Fragment key="known">
            <Button size="small" variant="primary" onClick={decide('skip')}>
              {words.skip}
            </Button>
            <Button size="small" onClick={decide('keep_both')}>
              {words.addAnyway}
            </Button>
          </Fragment>
        )}
        <label className="flex min-h-8.5 items-center gap-2 text-13 coarse:min-h-11">
          <input
            type="checkbox"
            checked={isForAll}
            onChange={({ target }) => setChecked(target.checked ? number : undefined)}
            className="size-4 accent-accent"
          />
          {words.forAll(count)}
        </label>
      </div>
    </section>
  )
}

/** A focus whose button is gone with the former question stays near. */
function useKeptFocus(key: string) {
  const ref = useRef<HTMLElement>(null)
  const last = useRef(key)
  useLayoutEffect(() => {
    if (last.current === key) return
    last.current = key
    if (document.activeElement === document.body) ref.current!.focus({ preventScroll: true })
  }, [key])
  return ref
}

const FRAME = 'size-16 shrink-0 rounded-tile bg-sunken object-cover'

function ExistingPicture({ image }: { image: Image }) {
  return (
    <PatientImage
      src={sizedUrl(image.thumbnail_url, 256)}
      alt={viewMessages.uploading.existing}
      title={viewMessages.uploading.existing}
      className={FRAME}
    />
  )
}

/** The file as the browser shows it; formats that it does not read have no picture. */
function NewPicture({ file }: { file: File }) {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const own = URL.createObjectURL(file)
    setUrl(own)
    return () => URL.revokeObjectURL(own)
  }, [file])
  if (url === undefined) return null
  return (
    <img
      src={url}
      alt={viewMessages.uploading.new}
      title={viewMessages.uploading.new}
      onError={() => setUrl(undefined)}
      className={FRAME}
    />
  )
}
