/** A value in a graph: an input, a constant or the result of a node. */
export type Value = string

/** Attributes of a node. A plain number is an integer. */
export type Attribute = number | number[] | string | { float: number }

export interface GraphNode {
  operator: string
  inputs: Value[]
  output: Value
  attributes: Record<string, Attribute>
}

/** A constant. Its values are read when the model is written, so that a large network need not be held in memory. */
export interface Constant {
  name: Value
  shape: readonly number[]
  type: 'float32' | 'int64'
  read(): Promise<Float32Array | BigInt64Array>
}

/** A computation as ONNX describes it, in the operator set `OPERATOR_SET`. */
export interface Graph {
  nodes: GraphNode[]
  constants: Constant[]
  input: { name: Value; shape: (number | string)[] }
  output: { name: Value; shape: (number | string)[] }
}

/** Has LayerNormalization (17) and Gelu (20). */
export const OPERATOR_SET = 20

/** Collects nodes and constants; every method returns the value that it adds. */
export interface GraphBuilder {
  node(operator: string, inputs: Value[], attributes?: Record<string, Attribute>): Value
  /** @param name unique in the graph */
  constant(name: string, shape: readonly number[], read: () => Promise<Float32Array>): Value
  scalar(value: number): Value
  integers(values: number[]): Value
  /** A scalar integer, with which `Gather` removes a dimension. */
  index(value: number): Value
  /** @param outputName name of the output in the model */
  finish(input: Graph['input'], output: Graph['output'], outputName?: string): Graph
}

export function createGraphBuilder(): GraphBuilder {
  const nodes: GraphNode[] = []
  const constants = new Map<string, Constant>()
  const add = (constant: Constant): Value => {
    if (!constants.has(constant.name)) constants.set(constant.name, constant)
    return constant.name
  }
  return {
    node(operator, inputs, attributes = {}) {
      const output = `${operator}.${nodes.length}`
      nodes.push({ operator, inputs, output, attributes })
      return output
    },
    constant: (name, shape, read) => add({ name, shape, type: 'float32', read }),
    scalar: (value) =>
      add({ name: `scalar:${value}`, shape: [], type: 'float32', read: async () => Float32Array.of(value) }),
    integers: (values) =>
      add({
        name: `integers:${values.join(',')}`,
        shape: [values.length],
        type: 'int64',
        read: async () => BigInt64Array.from(values, BigInt),
      }),
    index: (value) =>
      add({
        name: `index:${value}`,
        shape: [],
        type: 'int64',
        read: async () => BigInt64Array.of(BigInt(value)),
      }),
    finish(input, output, outputName = 'embedding') {
      nodes.push({ operator: 'Identity', inputs: [output.name], output: outputName, attributes: {} })
      return { nodes, constants: [...constants.values()], input, output: { ...output, name: outputName } }
    },
  }
}
