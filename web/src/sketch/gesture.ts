import { distance, type Vector } from './geometry.ts'

export type PointerKind = 'mouse' | 'pen' | 'touch'

/** Input of a pointer, in pixels of the pane and milliseconds. */
export interface PointerInput {
  type: 'down' | 'move' | 'up' | 'cancel'
  id: number
  kind: PointerKind
  x: number
  y: number
  time: number
  /** Size of the area that touches the screen. */
  contact: number
  /** Which button went down: 0 first or tip, 1 middle, 2 second or barrel, 5 eraser end. */
  button: number
  /** Whether Space is held. */
  isSpaceHeld: boolean
}

/** Action for the sheet. */
export type SheetAction =
  | { do: 'begin'; isEraser: boolean }
  | { do: 'extend' | 'end' | 'cancel' }
  /** The point at `from` moves to `to`, enlarged by `factor`. */
  | { do: 'drag'; from: Vector; to: Vector; factor: number }
  | { do: 'undo' | 'redo' }

export interface GestureSettings {
  /** Whether fingers draw although a pen has been seen. */
  drawsWithFingers: boolean
  /** Whether a pen has been used, so that fingers move the sheet. The recogniser sets it. */
  isPenSeen: boolean
}

/** A touch this close in time to a pen's contact is the hand that holds it. */
const PALM_MS = 500
const PALM_PX = 40
/** A second finger within this time, or before the first has drawn this far, turns a line into a pinch. */
const [PINCH_MS, PINCH_PX] = [400, 24]
const [TAP_MS, TAP_PX] = [300, 10]
const [MIDDLE, BARREL, ERASER_END] = [1, 2, 5]

interface Finger {
  start: Vector
  at: Vector
}

/** Fingers that move the sheet, or tap on it. */
interface Touch {
  fingers: Map<number, Finger>
  began: number
  /** Maximum number of fingers that were down at once. */
  most: number
  /** Whether it moved or lasted too long to be a tap. */
  isTap: boolean
}

/**
 * Distinguishes strokes, pinches, taps and palms. It holds no reference to the page, so that streams of events can be replayed on
 * it.
 */
export class GestureRecogniser {
  readonly settings: GestureSettings
  #drawing: { id: number; kind: PointerKind; finger: Finger; began: number; moved: number } | undefined
  #pan: { id: number; at: Vector } | undefined
  #touch: Touch | undefined
  readonly #ignored = new Set<number>()
  #penContact = Number.NEGATIVE_INFINITY

  constructor(settings: GestureSettings) {
    this.settings = settings
  }

  handle(input: PointerInput): SheetAction[] {
    if (input.kind === 'pen') {
      this.settings.isPenSeen = true
      if (input.type !== 'move' || this.#drawing?.id === input.id) this.#penContact = input.time
    }
    if (this.#ignored.has(input.id)) {
      if (input.type === 'up' || input.type === 'cancel') this.#ignored.delete(input.id)
      return []
    }
    if (input.type === 'down') return this.#down(input)
    if (input.type === 'move') return this.#move(input)
    return this.#lift(input)
  }

  #down(input: PointerInput): SheetAction[] {
    const { id, kind, button } = input
    if (kind === 'touch') return this.#touchDown(input)
    if (kind === 'mouse' && (button === MIDDLE || (button === 0 && input.isSpaceHeld))) {
      this.#pan = { id, at: placeOf(input) }
      return []
    }
    if (kind === 'mouse' && button !== 0) return []
    if (kind === 'pen' && ![0, BARREL, ERASER_END].includes(button)) return []
    // A pen takes over from the palm that came before it.
    const cancelled = this.#drawing?.kind === 'touch' ? this.#cancelDrawing() : []
    if (this.#drawing !== undefined) return []
    for (const finger of this.#touch?.fingers.keys() ?? []) this.#ignored.add(finger)
    this.#touch = undefined
    return [...cancelled, ...this.#begin(input, button === BARREL || button === ERASER_END)]
  }

  #touchDown(input: PointerInput): SheetAction[] {
    const isPenNear = this.#drawing?.kind === 'pen' || input.time - this.#penContact < PALM_MS
    if (isPenNear || input.contact > PALM_PX || this.#drawing?.kind === 'mouse') {
      this.#ignored.add(input.id)
      return []
    }
    if (this.#drawing !== undefined) {
      const { id, finger, began, moved } = this.#drawing
      if (input.time - began > PINCH_MS && moved > PINCH_PX) {
        this.#ignored.add(input.id)
        return []
      }
      const cancelled = this.#cancelDrawing()
      this.#ignored.delete(id)
      this.#touch = { fingers: new Map([[id, finger]]), began, most: 1, isTap: moved <= TAP_PX }
      this.#addFinger(input)
      return cancelled
    }
    if (this.#touch === undefined && (!this.settings.isPenSeen || this.settings.drawsWithFingers))
      return this.#begin(input, false)
    this.#touch ??= { fingers: new Map(), began: input.time, most: 0, isTap: true }
    this.#addFinger(input)
    return []
  }

  #addFinger(input: PointerInput): void {
    const touch = this.#touch!
    const at = placeOf(input)
    touch.fingers.set(input.id, { start: at, at })
    touch.most = Math.max(touch.most, touch.fingers.size)
  }

  #begin(input: PointerInput, isEraser: boolean): SheetAction[] {
    const at = placeOf(input)
    this.#drawing = { id: input.id, kind: input.kind, finger: { start: at, at }, began: input.time, moved: 0 }
    return [{ do: 'begin', isEraser }]
  }

  #cancelDrawing(): SheetAction[] {
    const drawing = this.#drawing!
    this.#drawing = undefined
    this.#ignored.add(drawing.id)
    return [{ do: 'cancel' }]
  }

  #move(input: PointerInput): SheetAction[] {
    const at = placeOf(input)
    if (this.#drawing?.id === input.id) {
      this.#drawing.moved += distance(this.#drawing.finger.at, at)
      this.#drawing.finger.at = at
      return [{ do: 'extend' }]
    }
    if (this.#pan?.id === input.id) {
      const from = this.#pan.at
      this.#pan.at = at
      return [{ do: 'drag', from, to: at, factor: 1 }]
    }
    const touch = this.#touch
    const finger = touch?.fingers.get(input.id)
    if (touch === undefined || finger === undefined) return []
    const before = spanOf(touch)
    finger.at = at
    if (distance(finger.start, at) > TAP_PX) touch.isTap = false
    if (touch.isTap) return []
    const after = spanOf(touch)
    const factor = before.length > 0 && after.length > 0 ? after.length / before.length : 1
    return [{ do: 'drag', from: before.middle, to: after.middle, factor }]
  }

  #lift(input: PointerInput): SheetAction[] {
    if (this.#drawing?.id === input.id) {
      this.#drawing = undefined
      return [{ do: input.type === 'up' ? 'end' : 'cancel' }]
    }
    if (this.#pan?.id === input.id) this.#pan = undefined
    const touch = this.#touch
    if (touch === undefined || !touch.fingers.delete(input.id)) return []
    if (input.type === 'cancel' || input.time - touch.began > TAP_MS) touch.isTap = false
    if (touch.fingers.size > 0) return []
    this.#touch = undefined
    if (!touch.isTap) return []
    if (touch.most === 2) return [{ do: 'undo' }]
    return touch.most === 3 ? [{ do: 'redo' }] : []
  }
}

const placeOf = ({ x, y }: PointerInput): Vector => [x, y]

/** The middle of the first two fingers, and how far apart they are. */
function spanOf({ fingers }: Touch): { middle: Vector; length: number } {
  const [first, second] = [...fingers.values()]
  if (second === undefined) return { middle: first!.at, length: 0 }
  const [[ax, ay], [bx, by]] = [first!.at, second.at]
  return { middle: [(ax + bx) / 2, (ay + by) / 2], length: distance(first!.at, second.at) }
}
