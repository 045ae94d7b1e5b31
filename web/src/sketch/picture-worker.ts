/** Draws sketches as pictures in a thread of its own: a large one takes longer than a frame. */
import { BLANK_FRAME, canContinue, type Frame, frameOf } from './frame.ts'
import { drawStrokes } from './render.ts'
import type { Stroke } from './stroke.ts'

export interface PictureRequest {
  /** The strokes of the sketch by number, from the lowest to the topmost. */
  ids: Uint32Array
  /** Those that the request before did not contain. */
  added: [id: number, stroke: Stroke][]
  /** In pixels. */
  side: number
}

export type PictureAnswer = { picture: Blob } | { problem: string }

let known = new Map<number, Stroke>()
/** For each side, the last picture without its last stroke, which may still be growing. */
const bases = new Map<number, { canvas: OffscreenCanvas; strokes: readonly Stroke[]; frame: Frame }>()

addEventListener('message', async ({ data }: MessageEvent<PictureRequest>) => {
  try {
    const { ids, added, side } = data
    for (const [id, stroke] of added) known.set(id, stroke)
    known = new Map([...ids].map((id) => [id, known.get(id)!]))
    answer({ picture: await pictureOf([...known.values()], side) })
  } catch (error) {
    answer({ problem: String(error) })
  }
})

function answer(message: PictureAnswer): void {
  postMessage(message)
}

/** While a stroke grows in a large drawing, only that stroke is drawn again. */
function pictureOf(strokes: readonly Stroke[], side: number): Promise<Blob> {
  const frame = frameOf(strokes) ?? BLANK_FRAME
  const finished = strokes.slice(0, -1)
  const before = bases.get(side)
  const base = before !== undefined && canContinue(before, finished, frame) ? before : undefined
  const canvas = base?.canvas ?? blankCanvas(side)
  drawStrokes(scaledContext(canvas, frame), finished.slice(base?.strokes.length ?? 0))
  bases.set(side, { canvas, strokes: finished, frame })
  const picture = blankCanvas(side)
  contextOf(picture).drawImage(canvas, 0, 0)
  drawStrokes(scaledContext(picture, frame), strokes.slice(-1))
  return picture.convertToBlob({ type: 'image/png' })
}

function blankCanvas(side: number): OffscreenCanvas {
  const canvas = new OffscreenCanvas(side, side)
  const context = contextOf(canvas)
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, side, side)
  return canvas
}

function scaledContext(canvas: OffscreenCanvas, { left, top, side }: Frame) {
  const context = contextOf(canvas)
  const scale = canvas.width / side
  context.setTransform(scale, 0, 0, scale, -left * scale, -top * scale)
  return context
}

/** In memory rather than on a graphics card, from which every picture would have to be read back. */
function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  return canvas.getContext('2d', { willReadFrequently: true })!
}
