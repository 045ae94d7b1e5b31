import { Eraser, Pencil, Redo2, Trash2, Undo2 } from 'lucide-react'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { messages } from '../messages.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { addAction, isBlank, redo, type Sketch, type Stroke, undo, visibleStrokes } from './sketch.ts'
import { SketchCanvas } from './sketch-canvas.tsx'

interface SketchPanelProps {
  sketch: Sketch
  onChange: (sketch: Sketch) => void
  /** Further tools. */
  children?: ReactNode
}

const MIN_WIDTH = 6
const MAX_WIDTH = 40
const DEFAULT_WIDTH = 14

/** The sheet and its tools. */
export function SketchPanel({ sketch, onChange, children }: SketchPanelProps) {
  const [tool, setTool] = useState<Stroke['tool']>('pen')
  const [width, setWidth] = useState(DEFAULT_WIDTH)
  const strokes = useMemo(() => visibleStrokes(sketch), [sketch])
  const canUndo = sketch.done.length > 0
  const canRedo = sketch.undone.length > 0

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement && event.target.type !== 'range') return
      const isCommand = event.ctrlKey || event.metaKey
      const key = event.key.toLowerCase()
      if (isCommand && key === 'z') {
        event.preventDefault()
        onChange(event.shiftKey ? redo(sketch) : undo(sketch))
      } else if (isCommand && key === 'y') {
        event.preventDefault()
        onChange(redo(sketch))
      } else if (!isCommand && key === 'p') setTool('pen')
      else if (!isCommand && key === 'e') setTool('eraser')
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [sketch, onChange])

  return (
    <section aria-label={messages.query.sketch} className="flex gap-2 lg:flex-col">
      <div className="relative w-[min(calc(100%-6rem),36dvh)] shrink-0 rounded-xl border border-line shadow-xs lg:w-full">
        <SketchCanvas
          strokes={strokes}
          tool={tool}
          size={width}
          onStroke={(stroke) => onChange(addAction(sketch, stroke))}
        />
        {isBlank(sketch) && (
          <p className="pointer-events-none absolute inset-0 grid place-items-center px-8 text-center text-[#6a655b]">
            {messages.sketch.empty}
          </p>
        )}
      </div>
      <div
        role="toolbar"
        aria-label={messages.query.sketch}
        className="grid min-w-0 flex-1 grid-cols-[repeat(auto-fill,2.5rem)] content-start gap-1 lg:flex lg:items-center"
      >
        <IconButton
          label={`${messages.sketch.pen} (P)`}
          isPressed={tool === 'pen'}
          onClick={() => setTool('pen')}
        >
          <Pencil />
        </IconButton>
        <IconButton
          label={`${messages.sketch.eraser} (E)`}
          isPressed={tool === 'eraser'}
          onClick={() => setTool('eraser')}
        >
          <Eraser />
        </IconButton>
        <input
          type="range"
          aria-label={messages.sketch.width}
          title={messages.sketch.width}
          min={MIN_WIDTH}
          max={MAX_WIDTH}
          value={width}
          onChange={(event) => setWidth(event.target.valueAsNumber)}
          className="order-last col-span-2 mx-1 h-6 min-w-0 accent-accent lg:order-none lg:min-w-12 lg:flex-1"
        />
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
        {children}
      </div>
    </section>
  )
}
