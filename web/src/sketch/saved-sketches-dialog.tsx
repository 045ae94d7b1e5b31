import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Dialog } from '../components/dialog.tsx'
import { download } from '../components/download.ts'
import { IconButton } from '../components/icon-button.tsx'
import { messages } from '../messages/messages.ts'
import { renderSketch } from './picture.ts'
import { toSvg } from './render.ts'
import { freeName, listSaved, removeSaved, type SavedSketch, save } from './saved-sketches.ts'
import { isBlank, type Sketch } from './sketch.ts'

interface SavedSketchesProps {
  onClose: () => void
  sketch: Sketch
  onOpen: (sketch: Sketch) => void
}

const EXPORT_SIDE = 1024

/** Saves the drawing by name in this browser, as an image file, and opens what was saved. */
export function SavedSketches({ onClose, sketch, onOpen }: SavedSketchesProps) {
  return (
    <Dialog title={messages.sheet.saved} isOpen onClose={onClose}>
      <Content sketch={sketch} onOpen={onOpen} />
    </Dialog>
  )
}

function Content({ sketch, onOpen }: Pick<SavedSketchesProps, 'sketch' | 'onOpen'>) {
  const [saved, setSaved] = useState(listSaved)
  const onChange = () => setSaved(listSaved())
  return (
    <div className="space-y-5 px-5 pb-6">
      {!isBlank(sketch) && <SaveForm sketch={sketch} saved={saved} onChange={onChange} />}
      <SavedList saved={saved} onOpen={onOpen} onChange={onChange} />
    </div>
  )
}

const BUTTON = 'h-10 rounded-lg border border-line px-3 hover:bg-raised disabled:opacity-50'

interface SaveFormProps {
  sketch: Sketch
  saved: SavedSketch[]
  onChange: () => void
}

function SaveForm({ sketch, saved, onChange }: SaveFormProps) {
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
        onChange()
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
          className="h-10 min-w-0 flex-1 rounded-lg border border-line bg-page px-3"
        />
        <button type="submit" className="h-10 rounded-lg bg-accent px-4 font-medium text-on-accent">
          {isTaken ? messages.sheet.replace : messages.sheet.save}
        </button>
      </div>
      <p role="status" className={`text-sm ${outcome === 'refused' ? 'text-danger' : 'text-muted'}`}>
        {outcome === 'saved' && messages.sheet.savedAs(savedAs)}
        {outcome === 'refused' && messages.sheet.noRoom}
        {outcome === undefined && messages.sheet.savedHint}
      </p>
      <div className="flex flex-wrap gap-2">
        <button
          type="button"
          className={BUTTON}
          onClick={async () => download(await renderSketch(strokes, EXPORT_SIDE), `${fileName}.png`)}
        >
          {messages.sheet.asPng}
        </button>
        <button
          type="button"
          className={BUTTON}
          onClick={() => download(new Blob([toSvg(strokes)], { type: 'image/svg+xml' }), `${fileName}.svg`)}
        >
          {messages.sheet.asSvg}
        </button>
      </div>
    </form>
  )
}

interface SavedListProps {
  saved: SavedSketch[]
  onOpen: (sketch: Sketch) => void
  onChange: () => void
}

function SavedList({ saved, onOpen, onChange }: SavedListProps) {
  const [removed, setRemoved] = useState<SavedSketch>()
  return (
    <>
      {removed !== undefined && (
        <p role="status" className="flex items-center gap-3 text-sm">
          <span className="min-w-0 [overflow-wrap:anywhere]">{messages.sheet.removed(removed.name)}</span>
          <button
            type="button"
            className={BUTTON}
            onClick={() => {
              save(freeName(removed.name), removed.sketch)
              setRemoved(undefined)
              onChange()
            }}
          >
            {messages.sheet.undoRemove}
          </button>
        </p>
      )}
      {saved.length === 0 && <p className="text-sm text-muted">{messages.sheet.noneSaved}</p>}
      <ul className="m-0 grid list-none grid-cols-[repeat(auto-fill,minmax(8rem,1fr))] gap-3 p-0">
        {saved.map(({ name, sketch }) => (
          <li key={name} className="relative">
            <button
              type="button"
              onClick={() => onOpen(sketch)}
              aria-label={messages.sheet.open(name)}
              className="w-full overflow-hidden rounded-lg border border-line text-left hover:border-accent"
            >
              <img
                src={`data:image/svg+xml,${encodeURIComponent(toSvg(sketch.strokes))}`}
                alt=""
                className="aspect-square w-full bg-white"
              />
              <span className="block truncate px-2 py-1.5 text-sm">{name}</span>
            </button>
            <span className="absolute top-1 right-1 rounded-lg bg-surface/85">
              <IconButton
                label={messages.sheet.removeSaved(name)}
                onClick={() => {
                  removeSaved(name)
                  setRemoved({ name, sketch })
                  onChange()
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
