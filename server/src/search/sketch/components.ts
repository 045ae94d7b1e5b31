interface Component {
  pixels: number[]
  left: number
  right: number
  top: number
  bottom: number
}

/** @returns the mask with nothing but its largest 8-connected component */
export function largestComponent(mask: Uint8Array, width: number, height: number): Uint8Array {
  const result = new Uint8Array(mask.length)
  const largest = components(mask, width, height).reduce<Component | undefined>(
    (best, one) => (best === undefined || one.pixels.length > best.pixels.length ? one : best),
    undefined,
  )
  for (const i of largest?.pixels ?? []) result[i] = 1
  return result
}

/** Sets components of non-zero values to 0 that are smaller than `size` pixels in both directions or lie within `size` pixels of the border. */
export function withoutSpecks(
  values: Float32Array,
  width: number,
  height: number,
  size: number,
): Float32Array {
  const result = values.slice()
  for (const { pixels, left, right, top, bottom } of components(values, width, height)) {
    const isSmall = right - left < size && bottom - top < size
    const isAtBorder = right < size || bottom < size || left >= width - size || top >= height - size
    if (isSmall || isAtBorder) for (const i of pixels) result[i] = 0
  }
  return result
}

/** @returns the share of non-zero values that belong to components with a pixel that is marked, 0…1 */
export function shareTouching(
  values: Float32Array,
  marked: Uint8Array,
  width: number,
  height: number,
): number {
  let [touching, all] = [0, 0]
  for (const { pixels } of components(values, width, height)) {
    all += pixels.length
    if (pixels.some((i) => marked[i] === 1)) touching += pixels.length
  }
  return all === 0 ? 0 : touching / all
}

function components(mask: ArrayLike<number>, width: number, height: number): Component[] {
  const isSeen = new Uint8Array(width * height)
  const found: Component[] = []
  for (let start = 0; start < isSeen.length; start++) {
    if (mask[start] === 0 || isSeen[start] === 1) continue
    found.push(componentFrom(start, mask, isSeen, width, height))
  }
  return found
}

function componentFrom(
  start: number,
  mask: ArrayLike<number>,
  isSeen: Uint8Array,
  width: number,
  height: number,
): Component {
  const pixels = [start]
  isSeen[start] = 1
  let [left, right, top, bottom] = [width, -1, height, -1]
  for (let at = 0; at < pixels.length; at++) {
    const x = pixels[at]! % width
    const y = (pixels[at]! - x) / width
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
    for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
      for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
        const next = ny * width + nx
        if (mask[next] === 0 || isSeen[next] === 1) continue
        isSeen[next] = 1
        pixels.push(next)
      }
    }
  }
  return { pixels, left, right, top, bottom }
}
