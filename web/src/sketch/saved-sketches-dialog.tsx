import { Download, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { download } from '../components/download.ts'
import { FIELD } from '../components/field.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { messages } from '../messages/messages.ts'
import { renderSketch } from './picture.ts'
import { svgUrl, toSvg } from './render.ts'
import { freeName, removeSaved, type SavedSketch, save, useSavedSketches } from './saved-sketches.ts'
import { isBlank, type Sketch } from './sketch.ts'

interface SavedSketchesProps {
  onClose: () => void
  sketch: Sketch
  onOpen: (sketch: Sketch) => void
}

const EXPORT_SIDE = 1024

/** Saves the drawing by name in this browser or as a file, and opens saved ones. */
export function SavedSketches({ onClose, sketch, onOpen }: SavedSketchesProps) {
  const saved = useSavedSketches()
  return (
    <Dialog title={messages.sheet.saved} isOpen onClose={onClose}>
      <div className="space-y-5">
        {!isBlank(sketch) && <SaveForm sketch={sketch} saved={saved} />}
        <SavedList saved={saved} onOpen={onOpen} />
      </div>
    </Dialog>
  )
}

interface SaveFormProps {
  sketch: Sketch
  saved: readonly SavedSketch[]
}

function SaveForm({ sketch, saved }: SaveFormProps) {
  const [name, setName] = useState('')
  const [outcome, setOutcome] = useState<'saved' | 'refused'>()
  const { strokes } = sketch
  const typed = name.trim()
  const isTaken = saved.some((other) => other.name === typed)
  const [savedAs, setSavedAs] = useState('')
  const fileName = typed || messages.sheet.untitled
  return (
    <form
      className="space-y-3"
      onSubmit={(event) => {
        event.preventDefault()
        const ownName = typed || freeName(messages.sheet.untitled)
        setSavedAs(ownName)
        setOutcome(save(ownName, sketch) ? 'saved' : 'refused')
      }}
    >
      <div className="flex gap-2">
        <input
          value={name}
          onChange={(event) => {
            setName(event.target.value)
            setOutcome(undefined)
          }}
          maxLength={80}
          placeholder={messages.sheet.name}
          aria-label={messages.sheet.name}
          className={`${FIELD} flex-1`}
        />
        <Button type="submit" variant="primary">
          {isTaken ? messages.sheet.replace : messages.sheet.save}
        </Button>
      </div>
      <p role="status" className={`text-13 ${outcome === 'refused' ? 'text-danger' : 'text-ink-2'}`}>
        {outcome === 'saved' && messages.sheet.savedAs(savedAs)}
        {outcome === 'refused' && messages.sheet.noRoom}
        {outcome === undefined && messages.sheet.savedHint}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button
          size="small"
          icon={<Download />}
          onClick={async () => download(await renderSketch(strokes, EXPORT_SIDE), `${fileName}.png`)}
        >
          {messages.sheet.asPng}
        </Button>
        <Button
          size="small"
          icon={<Download />}
          onClick={() => download(new Blob([toSvg(strokes)], { type: 'image/svg+xml' }), `${fileName}.svg`)}
        >
          {messages.sheet.asSvg}
        </Button>
      </div>
    </form>
  )
}

interface SavedListProps {
  saved: readonly SavedSketch[]
  onOpen: (sketch: Sketch) => void
}

function SavedList({ saved, onOpen }: SavedListProps) {
  const [removed, setRemoved] = useState<SavedSketch>()
  return (
    <>
      {/* Always in the document: screen readers do not read out a region that appears together with its text. */}
      <div role="status">
        {removed !== undefined && (
          <p className="flex items-center gap-3 text-13">
            <span className="min-w-0 [overflow-wrap:anywhere]">{messages.sheet.removed(removed.name)}</span>
            <Button
              size="small"
              onClick={() => {
                save(freeName(removed.name), removed.sketch)
                setRemoved(undefined)
              }}
            >
              {messages.sheet.undoRemove}
            </Button>
          </p>
        )}
      </div>
      {saved.length === 0 && <p className="text-13 text-ink-2">{messages.sheet.noneSaved}</p>}
      <ul className="m-0 grid list-none grid-cols-[repeat(auto-fill,minmax(8rem,1fr))] gap-3 p-0">
        {saved.map(({ name, sketch }) => (
          <li key={name} className="relative">
            <button
              type="button"
              onClick={() => onOpen(sketch)}
              aria-label={messages.sheet.open(name)}
              className="w-full overflow-hidden rounded-control border border-line text-left transition-colors duration-hover hover:border-line-strong"
            >
              <img
                src={svgUrl(sketch.strokes)}
                alt=""
                className="aspect-square w-full bg-paper dark:hue-rotate-180 dark:invert-90"
              />
              <span className="block truncate px-2.5 py-2 text-13">{name}</span>
            </button>
            <span className="absolute top-1 right-1 rounded-control bg-surface/85">
              <IconButton
                label={messages.sheet.removeSaved(name)}
                onClick={() => {
                  removeSaved(name)
                  setRemoved({ name, sketch })
                }}
              >
                <Trash2 />
              </IconButton>
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}
