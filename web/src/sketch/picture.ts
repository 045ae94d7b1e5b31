import { messages } from '../messages/messages.ts'
import type { PictureAnswer, PictureRequest } from './picture-worker.ts'
import type { Stroke } from './stroke.ts'

/** In pixels: of the picture that is searched with and saved. */
export const PICTURE_SIDE = 512

interface Picture {
  blob: Promise<Blob>
  /** Signals of the requests that wait for it; undefined for a request that is never aborted. */
  signals: (AbortSignal | undefined)[]
}

/** Search, thumbnail and saving use the same picture of the same strokes. */
const pictures = new WeakMap<readonly Stroke[], Map<number, Picture>>()
/** One picture is drawn at a time. */
let lastTurn: Promise<unknown> = Promise.resolve()

/**
 * The drawing as a PNG of `side` × `side` pixels, ink on white, as large as it fits. Nothing is drawn if all requests were
 * aborted.
 */
export function renderSketch(
  strokes: readonly Stroke[],
  side: number,
  signal?: AbortSignal | undefined,
): Promise<Blob> {
  const ofStrokes = pictures.get(strokes) ?? new Map<number, Picture>()
  pictures.set(strokes, ofStrokes)
  const known = ofStrokes.get(side)
  if (known !== undefined) {
    known.signals.push(signal)
    return known.blob
  }
  const signals = [signal]
  const blob = lastTurn.then(async () => {
    try {
      if (signals.every((each) => each?.aborted))
        throw new DOMException('The picture is no longer needed', 'AbortError')
      return await draw(strokes, side)
    } catch (error) {
      ofStrokes.delete(side)
      throw error
    }
  })
  ofStrokes.set(side, { blob, signals })
  // The caller handles a failure; the next picture is drawn all the same.
  lastTurn = blob.catch(() => undefined)
  return blob
}

let worker: Worker | undefined
/** The numbers of the strokes that the worker has. */
let numbers = new Map<Stroke, number>()
let lastNumber = 0

function draw(strokes: readonly Stroke[], side: number): Promise<Blob> {
  worker ??= new Worker(new URL('./picture-worker.ts', import.meta.url), { type: 'module' })
  const current = worker
  const added: PictureRequest['added'] = []
  const next = new Map<Stroke, number>()
  for (const stroke of strokes) {
    const known = numbers.get(stroke)
    const id = known ?? ++lastNumber
    if (known === undefined) added.push([id, stroke])
    next.set(stroke, id)
  }
  numbers = next
  return new Promise((resolve, reject) => {
    current.onmessage = ({ data }: MessageEvent<PictureAnswer>) => {
      if ('picture' in data) resolve(data.picture)
      else reject(new Error(`The sketch could not be drawn: ${data.problem}`))
    }
    current.onerror = ({ message }) => {
      current.terminate()
      worker = undefined
      numbers = new Map()
      // An event without a message: the file of the worker is missing.
      reject(new Error(message ? `The sketch could not be drawn: ${message}` : messages.app.partMissing))
    }
    const request: PictureRequest = { ids: Uint32Array.from(next.values()), added, side }
    current.postMessage(request)
  })
}
