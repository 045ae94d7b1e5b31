import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { encodeSafetensors, type TensorToWrite } from '../server/src/testing/safetensors.ts'

const WIDTHS = [96, 192, 384, 768]
const DEPTHS = [3, 3, 9, 3]

/** Writes a ConvNeXt-Tiny (28 million weights) with random numbers, as large and as slow as a trained one. */
export async function writeRandomConvNext(path: string): Promise<void> {
  if (existsSync(path)) return
  const tensors: Record<string, TensorToWrite> = {}
  const add = (name: string, ...shape: number[]) => {
    const fanIn = shape.slice(1).reduce((product, size) => product * size, 1)
    const values = Float32Array.from(
      { length: shape[0]! * fanIn },
      () => (Math.random() - 0.5) * Math.sqrt(6 / fanIn),
    )
    tensors[name] = { type: 'F32', shape, values }
  }
  const addNorm = (name: string, width: number) => {
    tensors[`${name}.weight`] = { type: 'F32', shape: [width], values: new Float32Array(width).fill(1) }
    tensors[`${name}.bias`] = { type: 'F32', shape: [width], values: new Float32Array(width) }
  }
  const addLayer = (name: string, ...shape: number[]) => {
    add(`${name}.weight`, ...shape)
    tensors[`${name}.bias`] = { type: 'F32', shape: [shape[0]!], values: new Float32Array(shape[0]!) }
  }
  addLayer('stem.0', WIDTHS[0]!, 3, 4, 4)
  addNorm('stem.1', WIDTHS[0]!)
  for (const [s, width] of WIDTHS.entries()) {
    if (s > 0) {
      addNorm(`stages.${s}.downsample.0`, WIDTHS[s - 1]!)
      addLayer(`stages.${s}.downsample.1`, width, WIDTHS[s - 1]!, 2, 2)
    }
    for (let b = 0; b < DEPTHS[s]!; b++) {
      const name = `stages.${s}.blocks.${b}`
      addLayer(`${name}.conv_dw`, width, 1, 7, 7)
      addNorm(`${name}.norm`, width)
      addLayer(`${name}.mlp.fc1`, 4 * width, width)
      addLayer(`${name}.mlp.fc2`, width, 4 * width)
      tensors[`${name}.gamma`] = { type: 'F32', shape: [width], values: new Float32Array(width).fill(0.1) }
    }
  }
  addNorm('head.norm', WIDTHS.at(-1)!)
  await writeFile(path, encodeSafetensors(tensors))
}
