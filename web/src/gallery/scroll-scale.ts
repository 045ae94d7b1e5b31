/**
 * In CSS pixels. No browser makes an element higher than 17 to 33 million: of a list that would be, the scroll bar stands for more than
 * it is long.
 */
export const MAX_HEIGHT = 8_000_000
/** At both ends of a long list a pixel of the scroll bar is one of the list, so that they are reached as in any other. */
const EXACT = 1_000_000

/** How far a list is scrolled, against how far its element is. Both ways, monotone, and the identity where the list fits. */
export interface ScrollScale {
  /** Maximum height of an element in browsers. */
  height: number
  offsetAt(top: number): number
  topAt(offset: number): number
}

/** @param height of the list, @param shown of what is seen of it at once */
export function createScrollScale(height: number, shown: number): ScrollScale {
  const same = (value: number) => value
  if (height <= MAX_HEIGHT) return { height, offsetAt: same, topAt: same }
  const end = MAX_HEIGHT - shown
  const last = height - shown
  const step = (last - 2 * EXACT) / (end - 2 * EXACT)
  return {
    height: MAX_HEIGHT,
    offsetAt(top) {
      if (top <= EXACT) return top
      return top >= end - EXACT ? last - (end - top) : EXACT + (top - EXACT) * step
    },
    topAt(offset) {
      if (offset <= EXACT) return offset
      return offset >= last - EXACT ? end - (last - offset) : EXACT + (offset - EXACT) / step
    },
  }
}

/** Where a list is: its offset when its element is at `top`. */
export interface Place {
  top: number
  offset: number
}

/**
 * Wheels, fingers and keys move the list as far as its element; the scroll bar, which moves the element by more than is seen of it, goes
 * to its share of the list.
 */
export function follow(place: Place, top: number, shown: number, scale: ScrollScale): Place {
  const moved = top - place.top
  const offset = place.offset + moved
  const isAtEnd = top <= 0 || top >= scale.height - shown
  const isFar = Math.abs(moved) > 2 * shown
  const isBeyond = offset < 0 || offset > scale.offsetAt(scale.height - shown)
  return { top, offset: isAtEnd || isFar || isBeyond ? scale.offsetAt(top) : offset }
}
