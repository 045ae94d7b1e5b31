import type { Embedder } from '../../embedder.ts'
import type { LoadContext } from '../../load-context.ts'
import { RAW } from '../../pixels.ts'
import { openOnnxModel } from '../onnx/model.ts'
import { FORMER_MODEL } from './trained-model.ts'

const SKETCH_MARGIN = 0.1

/**
 * The default model of version 0.1, so that a gallery that it indexed can be searched without embedding it again.
 * @throws {Error} if its file is missing or damaged
 */
export async function createFormerEmbedder(context: LoadContext): Promise<Embedder> {
  const model = await openOnnxModel({ path: FORMER_MODEL, output: 'photo' }, context)
  return {
    dimensions: model.dimensions!,
    inputSize: model.inputSize,
    threads: model.threads,
    sketchMargin: SKETCH_MARGIN,
    // Its outputs have the names of the kinds.
    embed: (images, kind) => model.embed(images, RAW, kind),
    close: () => model.close(),
  }
}
