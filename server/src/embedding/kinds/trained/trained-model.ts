import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DEFAULT_EMBEDDER, FORMER_EMBEDDER } from '../../../config/built-in.ts'

const MODELS = fileURLToPath(new URL('../../../../models/', import.meta.url))
const FOLDER = join(MODELS, DEFAULT_EMBEDDER)

/** Files of the default model, written by `model/`. Other weights get another name, as the embedder does. */
export const TRAINED_MODEL = {
  photo: join(FOLDER, 'photo.onnx'),
  sketch: join(FOLDER, 'sketch.onnx'),
} as const

/** Words with vectors in the space of the images. Not part of the fingerprint, because no vector of an image depends on them. */
export const TRAINED_VOCABULARY = {
  words: join(FOLDER, 'vocabulary.json'),
  vectors: join(FOLDER, 'words.f16'),
  translations: [join(FOLDER, 'words-de.json')],
} as const

/** The default model of version 0.1: one file with one output for photos and one for sketches. */
export const FORMER_MODEL = join(MODELS, `${FORMER_EMBEDDER}.onnx`)
