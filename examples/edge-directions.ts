/** An embedder in TypeScript: how much of an image's edges runs in each direction. */
interface Images {
  /** Row-major [count, height, width, 3], values 0…1. */
  data: Float32Array
  count: number
  height: number
  width: number
}

export class EdgeDirections {
  readonly dimensions: number
  readonly inputSize = { width: 64, height: 64 }

  constructor({ directions = 18 }: { directions?: number } = {}) {
    this.dimensions = directions
  }

  /** @returns [count, dimensions], row-major */
  embed({ data, count, height, width }: Images): Float32Array {
    const vectors = new Float32Array(count * this.dimensions).fill(1e-3)
    for (let n = 0; n < count; n++) {
      const at = (x: number, y: number) => data[((n * height + y) * width + x) * 3 + 1]!
      for (let y = 1; y < height - 1; y++) {
        for (let x = 1; x < width - 1; x++) {
          const dx = at(x + 1, y) - at(x - 1, y)
          const dy = at(x, y + 1) - at(x, y - 1)
          const turn = (Math.atan2(dy, dx) / Math.PI + 1) % 1
          vectors[n * this.dimensions + (Math.floor(turn * this.dimensions) % this.dimensions)]! +=
            Math.hypot(dx, dy)
        }
      }
    }
    return vectors
  }
}
