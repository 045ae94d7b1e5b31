import type { Embedder } from '../../embedder.ts'
import type { LoadContext } from '../../load-context.ts'
import type { Normalisation } from '../../pixels.ts'
import { openOnnxModel } from '../onnx/model.ts'
import { TRAINED_MODEL } from './trained-model.ts'

/** The file wants values 0…1 and does the rest itself. */
const AS_IT_IS: Normalisation = { mean: [0, 0, 0], std: [1, 1, 1], isGrey: false }
/** Chosen by validation, see model/README.md. */
const SKETCH_MARGIN = 0.1

/**
 * The default model, which comes with the product: small trained networks for what is shown and what it could be, two for photos and
 * drawings alike and one for photos only, beside histograms of edge directions for how it is arranged and a number for how crowded it is there. See model/README.md.
 * @throws {Error} if its file is missing or damaged
 */
export async function createTrainedEmbedder(context: LoadContext): Promise<Embedder> {
  const model = await openOnnxModel({ path: TRAINED_MODEL, output: 'photo' }, context)
  return {
    dimensions: model.dimensions!,
    inputSize: model.inputSize,
    threads: model.threads,
    sketchMargin: SKETCH_MARGIN,
    // Its outputs bear the names of the kinds: what all drawings have in common is taken away from a drawing only.
    embed: (images, kind) => model.embed(images, AS_IT_IS, kind),
    close: () => model.close(),
  }
}
