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
  const histogram = new Float32Array(cells * cells * orientations)
  for (let y = 1; y < height - 1; y++) {
    const row = (y + 0.5) * (cells / height) - 0.5
    const cellY = Math.floor(row)
    const shareY = row - cellY
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x
      const dx = data[i + 1]! - data[i - 1]!
      const dy = data[i + width]! - data[i - width]!
      const magnitude = Math.sqrt(dx * dx + dy * dy)
      if (magnitude < NEGLIGIBLE) continue

      const angle = Math.atan2(dy, dx)
      const turn = ((angle < 0 ? angle + Math.PI : angle) / Math.PI) * orientations
      const lower = Math.floor(turn)
      const share = turn - lower
      const bin = lower % orientations
      const nextBin = (bin + 1) % orientations

      const column = (x + 0.5) * (cells / width) - 0.5
      const cellX = Math.floor(column)
      const shareX = column - cellX
      for (let stepY = 0; stepY < 2; stepY++) {
        const cy = cellY + stepY
        if (cy < 0 || cy >= cells) continue
        const weightY = magnitude * (stepY === 1 ? shareY : 1 - shareY)
        for (let stepX = 0; stepX < 2; stepX++) {
          const cx = cellX + stepX
          if (cx < 0 || cx >= cells) continue
          const weight = weightY * (stepX === 1 ? shareX : 1 - shareX)
          const at = (cy * cells + cx) * orientations
          histogram[at + bin]! += weight * (1 - share)
          histogram[at + nextBin]! += weight * share
        }
      }
    }
  }
  return histogram
}
