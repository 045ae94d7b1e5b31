import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Matrix, Vector } from './geometry.ts'
import { NOTHING, type Selection } from './select.ts'
import { SheetController } from './sheet-controller.ts'
import type { Sketch } from './sketch.ts'
import type { ToolSettings } from './tool-settings.ts'
import { type Camera, FITTING, type View } from './view.ts'

export interface Sheet {
  /** Takes the pointer events. */
  surfaceRef: RefObject<HTMLDivElement | null>
  canvasRef: RefObject<HTMLCanvasElement | null>
  /** As high as what covers the lower end of the sheet. */
  coverRef: RefObject<HTMLDivElement | null>
  /** Undefined until the sheet is mounted. */
  controller: SheetController | undefined
  view: View
  /** Height of the pane in CSS pixels; undefined until it is measured. */
  height: number | undefined
  camera: Camera
  selection: Selection
  lasso: readonly Vector[] | undefined
  /** How the selection is being dragged. */
  matrix: Matrix | undefined
}

interface SheetOptions {
  sketch: Sketch
  tools: ToolSettings
  /** The colour in which black ink is shown. */
  black: string
  onChange: (sketch: Sketch) => void
  onLive: (sketch: Sketch | undefined) => void
}

/** Connects the controller of the sheet, which works without React, to a component. */
export function useSheet({ sketch, tools, black, onChange, onLive }: SheetOptions): Sheet {
  const surfaceRef = useRef<HTMLDivElement>(null)
  const canvasRef = useRef<HTMLCanvasElement>(null)
  const coverRef = useRef<HTMLDivElement>(null)
  const [controller, setController] = useState<SheetController>()
  const [view, setView] = useState<View>({ scale: 1, x: 0, y: 0 })
  const [height, setHeight] = useState<number>()
  const [camera, setCamera] = useState<Camera>(FITTING)
  const [selection, setSelection] = useState<Selection>(NOTHING)
  const [lasso, setLasso] = useState<readonly Vector[]>()
  const [matrix, setMatrix] = useState<Matrix>()
  const latest = useRef({ tools, onChange, onLive })
  latest.current = { tools, onChange, onLive }

  useEffect(() => {
    const [surface, canvas, cover] = [surfaceRef.current!, canvasRef.current!, coverRef.current!]
    const made = new SheetController(surface, canvas, latest.current.tools, {
      onSketch: (next) => latest.current.onChange(next),
      onLive: (next) => latest.current.onLive(next),
      onView: (nextView, nextCamera) => {
        setView(nextView)
        setCamera(nextCamera)
      },
      onSelection: setSelection,
      onLasso: setLasso,
      onMatrix: setMatrix,
    })
    const close = made.open()
    const resize = () => {
      const [width, nextHeight] = [surface.clientWidth, surface.clientHeight]
      setHeight(nextHeight)
      made.setSize(
        { width, height: nextHeight },
        { width, height: Math.max(1, nextHeight - cover.clientHeight) },
      )
    }
    const observer = new ResizeObserver(resize)
    observer.observe(surface)
    observer.observe(cover)
    resize()
    setController(made)
    return () => {
      observer.disconnect()
      close()
    }
  }, [])

  // Before the browser paints, so that what was drawn does not vanish for a frame.
  useLayoutEffect(() => controller?.setSketch(sketch), [controller, sketch])
  useLayoutEffect(() => controller?.setTools(tools), [controller, tools])
  useLayoutEffect(() => controller?.setBlack(black), [controller, black])
  return { surfaceRef, canvasRef, coverRef, controller, view, height, camera, selection, lasso, matrix }
}
