import type { Embedder, ImageBatch } from '../../embedder.ts'
import type { LoadContext } from '../../load-context.ts'
import { RAW } from '../../pixels.ts'
import { trialBatch } from '../../process/probe.ts'
import { openOnnxModel } from '../onnx/model.ts'
import { mixVectors, pictureInk, sketchShares } from './drawn-pictures.ts'
import { inkInput } from './ink-input.ts'
import { scaledPlaces } from './places.ts'
import { TRAINED_MODEL } from './trained-model.ts'

/** Chosen by validation, see model/README.md. */
const SKETCH_MARGIN = 0.08
/** The last dimension corrects crowding, which depends on the images only. */
const SKETCH_EXPANSION = {
  neighbours: 10,
  temperature: 0.05,
  weight: 1.6,
  keptDimensions: 1,
  // Measured: bench/results/search.md, "Close matches".
  ownMatch: { sketch: 0.3, expanded: 0.6 },
}

/**
 * The default model: a network for photos, and one for sketches that places a drawing where the first one places photos of the
 * same thing. Drawn pictures of a gallery go through both. See model/README.md.
 * @throws {Error} if a file is missing or damaged
 */
export async function createTrainedEmbedder(context: LoadContext): Promise<Embedder> {
  const photo = await openOnnxModel({ path: TRAINED_MODEL.photo, output: 'vector' }, context)
  const sketch = await openOnnxModel(
    { path: TRAINED_MODEL.sketch, output: 'vector' },
    { ...context, threads: photo.threads },
  )
  const side = sketch.inputSize.width
  const dimensions = photo.dimensions!
  async function embedPictures(images: ImageBatch): Promise<Float32Array> {
    const vectors = await photo.embed(images, RAW)
    const shares = sketchShares(images)
    const drawn = [...shares.keys()].filter((n) => shares[n]! > 0)
    if (drawn.length === 0) return vectors
    const mixed = vectors.slice()
    mixVectors(mixed, await sketch.embed(pictureInk(images, drawn, side), RAW), drawn, shares, dimensions)
    return mixed
  }
  const placesOf = async (images: ImageBatch) => photo.output(images, RAW, 'map')
  const [, height, width] = (await placesOf(trialBatch(photo.inputSize, 1))).shape
  return {
    dimensions,
    places: { width: width!, height: height! },
    embedPlaces: async (images) => scaledPlaces(await placesOf(images), dimensions),
    inputSize: photo.inputSize,
    threads: photo.threads,
    sketchMargin: SKETCH_MARGIN,
    sketchExpansion: SKETCH_EXPANSION,
    embed: (images, kind) =>
      kind === 'photo' ? embedPictures(images) : sketch.embed(inkInput(images, side), RAW),
    async close() {
      await Promise.all([photo.close(), sketch.close()])
    },
  }
}
