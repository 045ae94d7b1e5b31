import type { Plane } from './plane.ts'

export interface HistogramLayout {
  /** The picture is divided into `cells` × `cells`. */
  cells: number
  /** Orientation bins over 0…π: an edge from dark to light equals one from light to dark. */
  orientations: number
}

const NEGLIGIBLE = 1e-4

/**
 * Histograms of oriented gradients. Each pixel votes with its gradient's magnitude for the two nearest orientations
 * of the four nearest cells (trilinear interpolation), so that a small shift changes the result little.
 *
 * N. Dalal, B. Triggs: "Histograms of oriented gradients for human detection", CVPR 2005; the soft assignment to cells
 * for drawings follows J. M. Saavedra: "Sketch based image retrieval using a soft computation of the histogram of
 * edge local orientations (S-HELO)", ICIP 2014.
 *
 * @returns `[cells, cells, orientations]`, row-major, not normalised
 */
export function gradientHistogram(plane: Plane, { cells, orientations }: HistogramLayout): Float32Array {
  const { data, width, height } = plane
  // A ring of cells around the picture takes the votes that fall beyond it, so no vote needs a check.
  const ringed = cells + 2
  const votes = new Float32Array(ringed * ringed * orientations)
  const columns = cellsAlong(width, cells)
  const rows = cellsAlong(height, cells)
  const rowStride = ringed * orientations
  const binsPerRadian = orientations / Math.PI
  for (let y = 1; y < height - 1; y++) {
    const shareY = rows.share[y]!
    const rowStart = rows.cell[y]! * rowStride
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x
      const dx = data[i + 1]! - data[i - 1]!
      const dy = data[i + width]! - data[i - width]!
      const magnitude = Math.sqrt(dx * dx + dy * dy)
      if (magnitude < NEGLIGIBLE) continue

      const angle = Math.atan2(dy, dx)
      const turn = (angle < 0 ? angle + Math.PI : angle) * binsPerRadian
      const lower = Math.trunc(turn)
      const share = turn - lower
      const bin = lower < orientations ? lower : 0
      const nextBin = bin + 1 < orientations ? bin + 1 : 0

      const shareX = columns.share[x]!
      const cell = rowStart + columns.cell[x]! * orientations
      const first = magnitude * (1 - share)
      const second = magnitude * share
      const upperLeft = (1 - shareY) * (1 - shareX)
      const upperRight = (1 - shareY) * shareX
      const lowerLeft = shareY * (1 - shareX)
      const lowerRight = shareY * shareX
      const beneath = cell + rowStride
      votes[cell + bin]! += first * upperLeft
      votes[cell + nextBin]! += second * upperLeft
      votes[cell + orientations + bin]! += first * upperRight
      votes[cell + orientations + nextBin]! += second * upperRight
      votes[beneath + bin]! += first * lowerLeft
      votes[beneath + nextBin]! += second * lowerLeft
      votes[beneath + orientations + bin]! += first * lowerRight
      votes[beneath + orientations + nextBin]! += second * lowerRight
    }
  }
  return withoutRing(votes, cells, orientations)
}

/** For each pixel along a side: the ringed cell whose centre is the last before it, and how far it is on to the next. */
function cellsAlong(length: number, cells: number): { cell: Int32Array; share: Float32Array } {
  const cell = new Int32Array(length)
  const share = new Float32Array(length)
  for (let i = 0; i < length; i++) {
    const at = (i + 0.5) * (cells / length) + 0.5
    cell[i] = Math.trunc(at)
    share[i] = at - cell[i]!
  }
  return { cell, share }
}

function withoutRing(votes: Float32Array, cells: number, orientations: number): Float32Array {
  const histogram = new Float32Array(cells * cells * orientations)
  const row = cells * orientations
  for (let y = 0; y < cells; y++) {
    const from = ((y + 1) * (cells + 2) + 1) * orientations
    histogram.set(votes.subarray(from, from + row), y * row)
  }
  return histogram
}
