/**
 * In CSS pixels. Browsers limit the height of an element to 17 to 33 million. In longer lists, a pixel of the scroll bar stands
 * for several of the list.
 */
export const MAX_HEIGHT = 8_000_000
/** At both ends of a long list, a pixel of the scroll bar is one of the list, so that they scroll like any other. */
const UNSCALED_PX = 1_000_000

/** Converts between the scroll positions of a list and of its element. Monotone, and the identity if the list fits. */
export interface ScrollScale {
  /** Maximum height of an element in browsers. */
  height: number
  offsetAt(top: number): number
  topAt(offset: number): number
}

/** @param height of the list @param shown height of its visible part */
export function createScrollScale(height: number, shown: number): ScrollScale {
  const same = (value: number) => value
  if (height <= MAX_HEIGHT) return { height, offsetAt: same, topAt: same }
  const end = MAX_HEIGHT - shown
  const last = height - shown
  const step = (last - 2 * UNSCALED_PX) / (end - 2 * UNSCALED_PX)
  return {
    height: MAX_HEIGHT,
    offsetAt(top) {
      if (top <= UNSCALED_PX) return top
      return top >= end - UNSCALED_PX ? last - (end - top) : UNSCALED_PX + (top - UNSCALED_PX) * step
    },
    topAt(offset) {
      if (offset <= UNSCALED_PX) return offset
      return offset >= last - UNSCALED_PX
        ? end - (last - offset)
        : UNSCALED_PX + (offset - UNSCALED_PX) / step
    },
  }
}

/** Position of a list: its offset when its element is at `top`. */
export interface Place {
  top: number
  offset: number
}

/**
 * Wheels, fingers and keys move the list as far as its element; the scroll bar, which moves the element by more than the
 * visible part, leads to the same share of the list.
 */
export function follow(place: Place, top: number, shown: number, scale: ScrollScale): Place {
  const moved = top - place.top
  const offset = place.offset + moved
  const isAtEnd = top <= 0 || top >= scale.height - shown
  const isFar = Math.abs(moved) > 2 * shown
  const isBeyond = offset < 0 || offset > scale.offsetAt(scale.height - shown)
  return { top, offset: isAtEnd || isFar || isBeyond ? scale.offsetAt(top) : offset }
}
