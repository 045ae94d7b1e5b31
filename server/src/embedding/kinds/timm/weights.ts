import { counted } from '../../../counted.ts'
import { elementsOf, type TensorMap } from '../../checkpoint/tensor.ts'
import type { GraphBuilder, Value } from '../onnx/graph.ts'

/** The weights of a network by the names that PyTorch gives them; a tensor that is used becomes a constant of the graph. */
export interface Weights {
  has(name: string): boolean
  /** Any shape for a weight that is missing. */
  shapeOf(name: string): readonly number[]
  /** @param shape what the network needs; a weight that is missing or has another shape is reported by `assertFitting` */
  take(name: string, shape: readonly number[]): Value
  /** A matrix `[rows, columns]` as `[columns, rows]`; a 1 × 1 convolution counts as one. */
  takeTransposed(name: string, rows: number, columns: number): Value
  /** @throws {Error} if weights that the network needs are missing or have other shapes */
  assertComplete(): void
  /** @throws {Error} as `assertComplete`, or if the checkpoint has further weights */
  assertFitting(): void
}

/** Parts that features do not need: classifiers, and counters of training steps. */
const IGNORED =
  /(^|\.)(num_batches_tracked|n_averaged|(head|head\.fc|fc|classifier|head_dist)\.(weight|bias))$/
const SHOWN_NAMES = 3
const UNKNOWN_SHAPE = [1, 1, 1, 1]

/**
 * @param prefix of all names of this network
 * @param what the network, for messages
 */
export function weightsOf(tensors: TensorMap, prefix: string, builder: GraphBuilder, what: string): Weights {
  const taken = new Set<string>()
  const missing: string[] = []
  const misshapen: string[] = []

  const unused = () =>
    [...tensors.keys()].filter((name) => name.startsWith(prefix) && !taken.has(name) && !IGNORED.test(name))
  /** Nothing is read before all names and shapes have been checked. */
  const absent = (name: string, shape: readonly number[]) => {
    missing.push(prefix + name)
    return builder.constant(prefix + name, shape, () => {
      throw new Error(`the checkpoint has no weight ${prefix}${name}`)
    })
  }
  const tensorOf = (name: string) => {
    const tensor = tensors.get(prefix + name)
    if (tensor !== undefined) taken.add(prefix + name)
    return tensor
  }
  const check = (name: string, found: readonly number[], requested: readonly number[]) => {
    if (found.length === requested.length && found.every((size, d) => size === requested[d])) return
    misshapen.push(
      `the weight ${prefix}${name} has the shape [${found.join(', ')}], where ${what} needs [${requested.join(', ')}]`,
    )
  }

  const assertComplete = () => {
    const others = unused()
    // Weights whose shape is asked for are also taken, so that their names occur twice.
    const names = [...new Set(missing)]
    const further =
      others.length === 0 ? '' : `, and has ${counted(others.length, 'other')}, such as ${shownOf(others)}`
    if (names.length > 0)
      throw new Error(
        `the checkpoint lacks ${counted(names.length, 'weight')} of ${what}, such as ${shownOf(names)}${further}`,
      )
    if (misshapen.length > 0) throw new Error(misshapen[0])
  }

  return {
    has: (name) => tensors.has(prefix + name),
    shapeOf(name) {
      const tensor = tensorOf(name)
      if (tensor !== undefined) return tensor.shape
      missing.push(prefix + name)
      return UNKNOWN_SHAPE
    },
    take(name, shape) {
      const tensor = tensorOf(name)
      if (tensor === undefined) return absent(name, shape)
      check(name, tensor.shape, shape)
      return builder.constant(prefix + name, shape, () => tensor.read())
    },
    takeTransposed(name, rows, columns) {
      const tensor = tensorOf(name)
      if (tensor === undefined) return absent(name, [columns, rows])
      const isPointwise = tensor.shape.length === 4 && tensor.shape[2] === 1 && tensor.shape[3] === 1
      check(name, isPointwise ? tensor.shape.slice(0, 2) : tensor.shape, [rows, columns])
      return builder.constant(`${prefix}${name}:transposed`, [columns, rows], async () =>
        transpose(await tensor.read(), rows, columns),
      )
    },
    assertComplete,
    assertFitting() {
      assertComplete()
      const others = unused()
      if (others.length > 0)
        throw new Error(
          `the checkpoint has ${counted(others.length, 'weight')} that ${what} does not have, such as ${shownOf(others)}`,
        )
    },
  }
}

function shownOf(names: readonly string[]): string {
  return names.slice(0, SHOWN_NAMES).join(', ')
}

function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(elementsOf([rows, columns]))
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) result[c * rows + r] = values[r * columns + c]!
  }
  return result
}
