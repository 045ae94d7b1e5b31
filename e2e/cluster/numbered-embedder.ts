/** A slow embedder that logs the number of each picture that it embeds. */
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { DIMENSIONS, numberedVector } from './numbered-pictures.ts'

interface Images {
  data: Float32Array
  count: number
  height: number
  width: number
}

export class NumberedEmbedder {
  readonly dimensions = DIMENSIONS
  readonly inputSize = { width: 32, height: 32 }
  readonly #log: string | undefined
  readonly #msPerImage: number

  constructor({ log, ms = 0 }: { log?: string; ms?: number } = {}) {
    this.#log = log
    this.#msPerImage = ms
  }

  async embed({ data, count, height, width }: Images): Promise<Float32Array> {
    const vectors = new Float32Array(count * DIMENSIONS)
    const numbers: number[] = []
    for (let i = 0; i < count; i++) {
      const at = (x: number, y: number, channel: number) =>
        Math.round(
          255 * data[((i * height + Math.floor(y * height)) * width + Math.floor(x * width)) * 3 + channel]!,
        )
      const isNumbered = at(0.2, 0.2, 0) > 250 && at(0.2, 0.2, 1) < 5 && at(0.2, 0.2, 2) > 250
      const n = isNumbered ? at(0.8, 0.2, 0) + 256 * at(0.2, 0.8, 0) : -1
      vectors.set(numberedVector(n), i * DIMENSIONS)
      if (isNumbered) numbers.push(n)
    }
    if (this.#msPerImage > 0) await sleep(this.#msPerImage * count)
    if (this.#log !== undefined && numbers.length > 0) appendFileSync(this.#log, `${numbers.join('\n')}\n`)
    return vectors
  }
}
