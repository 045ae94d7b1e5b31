import type { Value } from '../onnx/graph.ts'
import type { Network } from './layers.ts'

/** A network that turns an image into features, under the name that timm gives it. */
export interface Backbone {
  name: string
  /**
   * Adds the network to a graph.
   * @param pixels `[n, 3, height, width]`, normalised
   * @returns pooled features `[n, width]`
   * @throws {Error} if the weights are not those of this network
   */
  build(network: Network, pixels: Value): { features: Value; width: number }
  /** Width and height, if the network takes images of one size only. */
  inputSizeOf?(network: Network): number
}
