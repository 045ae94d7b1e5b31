/** One value for each pixel, row-major `[height, width]`. */
export interface Plane {
  values: Float32Array
  width: number
  height: number
}

/** Means of squares of `size` × `size` pixels; those at the right and lower border may be smaller. */
export function shrunk({ values, width, height }: Plane, size: number): Plane {
  const columns = Math.ceil(width / size)
  const rows = Math.ceil(height / size)
  const sums = new Float32Array(columns * rows)
  const counts = new Float32Array(columns * rows)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = Math.floor(y / size) * columns + Math.floor(x / size)
      sums[cell]! += values[y * width + x]!
      counts[cell]!++
    }
  }
  return { values: sums.map((sum, i) => sum / counts[i]!), width: columns, height: rows }
}

/** Enlarges by bilinear interpolation. */
export function enlarged(plane: Plane, width: number, height: number): Plane {
  const values = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    const [top, bottom, down] = neighbours(((y + 0.5) / height) * plane.height - 0.5, plane.height)
    for (let x = 0; x < width; x++) {
      const [left, right, across] = neighbours(((x + 0.5) / width) * plane.width - 0.5, plane.width)
      const at = (row: number, column: number) => plane.values[row * plane.width + column]!
      const above = at(top, left) * (1 - across) + at(top, right) * across
      const below = at(bottom, left) * (1 - across) + at(bottom, right) * across
      values[y * width + x] = above * (1 - down) + below * down
    }
  }
  return { values, width, height }
}

/** @returns the two indexes that a place lies between, and the share of the second one */
function neighbours(place: number, length: number): [number, number, number] {
  const inside = Math.min(length - 1, Math.max(0, place))
  const first = Math.floor(inside)
  return [first, Math.min(length - 1, first + 1), inside - first]
}

export function transposed({ values, width, height }: Plane): Plane {
  const result = new Float32Array(values.length)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) result[x * height + y] = values[y * width + x]!
  return { values: result, width: height, height: width }
}
