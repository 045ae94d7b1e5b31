import { elementsOf, type TensorMap } from '../../checkpoint/tensor.ts'
import type { GraphBuilder, Value } from '../onnx/graph.ts'

/** The weights of a network by the names that PyTorch gives them; a tensor that is used becomes a constant of the graph. */
export interface Weights {
  has(name: string): boolean
  shapeOf(name: string): readonly number[]
  /** @param shape what the network needs; @throws {Error} if the weight is missing or has another shape */
  take(name: string, shape: readonly number[]): Value
  /** A matrix `[rows, columns]` as `[columns, rows]`; a 1 × 1 convolution counts as one. */
  takeTransposed(name: string, rows: number, columns: number): Value
  /** Returns the names of the weights that were not taken. */
  unused(): string[]
}

/** @param prefix of all names of this network */
export function weightsOf(tensors: TensorMap, prefix: string, builder: GraphBuilder): Weights {
  const taken = new Set<string>()

  const tensorOf = (name: string) => {
    const tensor = tensors.get(prefix + name)
    if (tensor === undefined) throw new Error(`the checkpoint has no weight ${prefix}${name}`)
    taken.add(prefix + name)
    return tensor
  }
  const check = (name: string, found: readonly number[], requested: readonly number[]) => {
    if (found.length === requested.length && found.every((size, d) => size === requested[d])) return
    throw new Error(
      `the weight ${prefix}${name} has the shape [${found.join(', ')}], where the network needs [${requested.join(', ')}]`,
    )
  }

  return {
    has: (name) => tensors.has(prefix + name),
    shapeOf: (name) => tensorOf(name).shape,
    take(name, shape) {
      const tensor = tensorOf(name)
      check(name, tensor.shape, shape)
      return builder.constant(prefix + name, shape, () => tensor.read())
    },
    takeTransposed(name, rows, columns) {
      const tensor = tensorOf(name)
      const isPointwise = tensor.shape.length === 4 && tensor.shape[2] === 1 && tensor.shape[3] === 1
      check(name, isPointwise ? tensor.shape.slice(0, 2) : tensor.shape, [rows, columns])
      return builder.constant(`${prefix}${name}:transposed`, [columns, rows], async () =>
        transpose(await tensor.read(), rows, columns),
      )
    },
    unused: () => [...tensors.keys()].filter((name) => name.startsWith(prefix) && !taken.has(name)),
  }
}

function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(elementsOf([rows, columns]))
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) result[c * rows + r] = values[r * columns + c]!
  }
  return result
}
