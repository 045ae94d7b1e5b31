import {
  Download,
  Eraser,
  FolderOpen,
  ImagePlus,
  Maximize2,
  Minimize2,
  Pencil,
  Redo2,
  Scissors,
  Trash2,
  Undo2,
} from 'lucide-react'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { IconButton } from '../components/icon-button.tsx'
import { isTyping } from '../components/is-typing.ts'
import { areSingleKeysOn } from '../components/single-keys.ts'
import { messages } from '../messages.ts'
import { SavedSketches } from './saved-sketches-dialog.tsx'
import {
  addAction,
  INK,
  isBlank,
  redo,
  removeStrokeAt,
  replaceBy,
  type Sketch,
  undo,
  visibleStrokes,
} from './sketch.ts'
import { SketchCanvas, type Tool } from './sketch-canvas.tsx'

interface SketchPanelProps {
  sketch: Sketch
  onChange: (sketch: Sketch) => void
  /** Whether the sheet fills the window. */
  isLarge: boolean
  setLarge: (isLarge: boolean) => void
  /** Further tools. */
  children?: ReactNode
}

const MIN_WIDTH = 6
const MAX_WIDTH = 40
const DEFAULT_WIDTH = 14
/** In units of the sheet: how near to a stroke its eraser has to be. */
const REACH = 14
const COLOURS = [INK, '#b42318', '#1d6f42', '#1f5fbf', '#b87a00', '#7a3fa0'] as const

/** The sheet and its tools. */
export function SketchPanel({ sketch, onChange, isLarge, setLarge, children }: SketchPanelProps) {
  const [tool, setTool] = useState<Tool>('pen')
  const [width, setWidth] = useState(DEFAULT_WIDTH)
  const [colour, setColour] = useState<string>(INK)
  const [isSavedOpen, setSavedOpen] = useState(false)
  const { underlay, chooseUnderlay, removeUnderlay, underlayInput } = useUnderlay()
  const strokes = useMemo(() => visibleStrokes(sketch), [sketch])
  const latest = useRef(sketch)
  latest.current = sketch
  const canUndo = sketch.done.length > 0
  const canRedo = sketch.undone.length > 0

  useEffect(() => {
    const changeIfOther = (next: Sketch) => {
      if (next !== latest.current) onChange(next)
    }
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event) || document.querySelector('dialog[open]') !== null) return
      const isCommand = event.ctrlKey || event.metaKey
      const key = event.key.toLowerCase()
      if (isCommand && key === 'z') {
        event.preventDefault()
        changeIfOther(event.shiftKey ? redo(latest.current) : undo(latest.current))
      } else if (isCommand && key === 'y') {
        event.preventDefault()
        changeIfOther(redo(latest.current))
      } else if (key === 'escape') {
        setLarge(false)
      } else if (!isCommand && !event.altKey && areSingleKeysOn()) {
        const chosen = ({ p: 'pen', e: 'eraser', x: 'stroke-eraser' } as const)[key]
        if (chosen !== undefined) setTool(chosen)
        else if (key === 'f') setLarge(!isLarge)
        else if (key === '[') setWidth((old) => Math.max(MIN_WIDTH, old - 4))
        else if (key === ']') setWidth((old) => Math.min(MAX_WIDTH, old + 4))
      }
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [onChange, isLarge, setLarge])

  const tools = [
    ['pen', `${messages.sketch.pen} (P)`, Pencil],
    ['eraser', `${messages.sketch.eraser} (E)`, Eraser],
    ['stroke-eraser', `${messages.sketch.strokeEraser} (X)`, Scissors],
  ] as const

  return (
    <section
      aria-label={messages.query.sketch}
      className={
        isLarge
          ? 'fixed inset-0 z-20 flex flex-col gap-2 bg-surface p-3 landscape:flex-row'
          : 'flex gap-2 lg:flex-col'
      }
    >
      <div
        className={`relative shrink-0 rounded-xl border border-line shadow-xs ${isLarge ? 'mx-auto aspect-square w-[min(100%,calc(100dvh-12rem))] landscape:w-[min(calc(100dvh-1.5rem),calc(100vw-10.5rem))]' : 'w-[min(calc(100%-8.5rem),36dvh)] self-start lg:w-full'}`}
      >
        <SketchCanvas
          strokes={strokes}
          tool={tool}
          size={width}
          colour={colour}
          onStroke={(stroke) => onChange(addAction(latest.current, stroke))}
          onRemoveAt={(point) => {
            const next = removeStrokeAt(latest.current, point, REACH)
            latest.current = next
            if (next !== sketch) onChange(next)
          }}
        />
        {underlay !== undefined && (
          <img
            src={underlay}
            alt=""
            className="pointer-events-none absolute inset-0 size-full rounded-xl object-contain opacity-35 mix-blend-multiply"
          />
        )}
        {isBlank(sketch) && underlay === undefined && (
          <p className="pointer-events-none absolute inset-0 grid place-items-center px-8 text-center text-[#6a655b]">
            {messages.sketch.empty}
          </p>
        )}
      </div>
      <div className={`flex min-w-0 flex-1 flex-col gap-1 ${isLarge ? '' : 'lg:flex-none'}`}>
        <div
          role="toolbar"
          aria-label={messages.sketch.tools}
          className="grid min-w-0 grid-cols-[repeat(auto-fill,2.5rem)] content-start gap-1 lg:flex lg:flex-wrap lg:items-center"
        >
          {tools.map(([name, label, Icon]) => (
            <IconButton key={name} label={label} isPressed={tool === name} onClick={() => setTool(name)}>
              <Icon />
            </IconButton>
          ))}
          <IconButton
            label={`${messages.sketch.undo} (Ctrl+Z)`}
            isDisabled={!canUndo}
            onClick={() => onChange(undo(sketch))}
          >
            <Undo2 />
          </IconButton>
          <IconButton
            label={`${messages.sketch.redo} (Ctrl+Y)`}
            isDisabled={!canRedo}
            onClick={() => onChange(redo(sketch))}
          >
            <Redo2 />
          </IconButton>
          <IconButton
            label={messages.sketch.clear}
            isDisabled={strokes.length === 0}
            onClick={() => onChange(addAction(sketch, 'clear'))}
          >
            <Trash2 />
          </IconButton>
          <IconButton
            label={underlay === undefined ? messages.sketch.trace : messages.sketch.traceEnd}
            isLit={underlay !== undefined}
            onClick={underlay === undefined ? chooseUnderlay : removeUnderlay}
          >
            <ImagePlus />
          </IconButton>
          <IconButton label={messages.sketch.saved} onClick={() => setSavedOpen(true)}>
            {isBlank(sketch) ? <FolderOpen /> : <Download />}
          </IconButton>
          <IconButton
            label={`${isLarge ? messages.sketch.small : messages.sketch.large} (F)`}
            isLit={isLarge}
            onClick={() => setLarge(!isLarge)}
          >
            {isLarge ? <Minimize2 /> : <Maximize2 />}
          </IconButton>
          {children}
        </div>
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1 px-1">
          <input
            type="range"
            aria-label={messages.sketch.width}
            title={messages.sketch.width}
            min={MIN_WIDTH}
            max={MAX_WIDTH}
            value={width}
            onChange={(event) => setWidth(event.target.valueAsNumber)}
            className="h-6 min-w-16 flex-1 accent-accent"
          />
          <fieldset
            className={`min-w-0 gap-0.5 ${isLarge ? 'flex flex-wrap' : 'hidden lg:flex'}`}
            title={messages.sketch.colourHint}
          >
            <legend className="sr-only">{messages.sketch.colour}</legend>
            {COLOURS.map((value, n) => (
              <label key={value} className="grid size-6 cursor-pointer place-items-center">
                <input
                  type="radio"
                  name="ink"
                  value={value}
                  checked={colour === value}
                  onChange={() => setColour(value)}
                  aria-label={messages.sketch.colours[n]}
                  style={{ backgroundColor: value }}
                  className="size-5 cursor-pointer appearance-none rounded-full border border-line outline-offset-1 checked:outline-2 checked:outline-accent"
                />
              </label>
            ))}
          </fieldset>
        </div>
      </div>
      {underlayInput}
      <SavedSketches
        isOpen={isSavedOpen}
        onClose={() => setSavedOpen(false)}
        sketch={sketch}
        onOpen={(opened) => {
          onChange(replaceBy(latest.current, opened))
          setSavedOpen(false)
        }}
      />
    </section>
  )
}

/** A picture under the sheet, to be traced. */
function useUnderlay() {
  const [underlay, setUnderlay] = useState<string>()
  const inputRef = useRef<HTMLInputElement>(null)
  useEffect(() => () => URL.revokeObjectURL(underlay ?? ''), [underlay])
  const show = (file: File | undefined) => setUnderlay(file && URL.createObjectURL(file))
  return {
    underlay,
    chooseUnderlay: () => inputRef.current?.click(),
    removeUnderlay: () => show(undefined),
    underlayInput: (
      <input
        ref={inputRef}
        type="file"
        accept="image/*"
        hidden
        aria-label={messages.sketch.trace}
        data-testid="underlay"
        onChange={(event) => {
          show(event.target.files?.[0])
          event.target.value = ''
        }}
      />
    ),
  }
}
