import type { Embedder } from '../../embedder.ts'
import type { LoadContext } from '../../load-context.ts'
import { RAW } from '../../pixels.ts'
import { openOnnxModel } from '../onnx/model.ts'
import { inkInput } from './ink-input.ts'
import { TRAINED_MODEL } from './trained-model.ts'

/** Chosen by validation, see model/README.md. */
const SKETCH_MARGIN = 0.08

/**
 * The default model: a network for photos, which reads values 0…1, and one for sketches, which puts a drawing where the first
 * one has the photos of it. See model/README.md.
 * @throws {Error} if a file is missing or damaged
 */
export async function createTrainedEmbedder(context: LoadContext): Promise<Embedder> {
  const photo = await openOnnxModel({ path: TRAINED_MODEL.photo, output: 'vector' }, context)
  const sketch = await openOnnxModel(
    { path: TRAINED_MODEL.sketch, output: 'vector' },
    { ...context, threads: photo.threads },
  )
  const side = sketch.inputSize.width
  return {
    dimensions: photo.dimensions!,
    inputSize: photo.inputSize,
    threads: photo.threads,
    sketchMargin: SKETCH_MARGIN,
    embed: (images, kind) =>
      kind === 'photo' ? photo.embed(images, RAW) : sketch.embed(inkInput(images, side), RAW),
    async close() {
      await Promise.all([photo.close(), sketch.close()])
    },
  }
}
