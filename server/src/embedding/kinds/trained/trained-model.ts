import { fileURLToPath } from 'node:url'

/** The file that `model/` makes. One with other weights gets another name, as the embedder does. */
export const TRAINED_MODEL = fileURLToPath(
  new URL('../../../../models/sketch-search-4.onnx', import.meta.url),
)
