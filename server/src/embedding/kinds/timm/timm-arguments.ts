import { z } from 'zod'
import {
  channelsArgument,
  deviationArgument,
  fileArgument,
  parseArguments,
  sizeArgument,
} from '../../arguments.ts'
import type { ImageKind } from '../../embedder.ts'
import { IMAGENET, type Normalisation, RAW } from '../../pixels.ts'
import type { EmbedderDefinition } from '../../registry.ts'

const ARGUMENTS = {
  timm_backbone: z.string().min(1).default('convnext_tiny.fb_in22k'),
  weights_path: fileArgument,
  embedding_size: z.int().min(1).optional(),
  hidden_layer_size: z.int().min(1).optional(),
  normalize: z.boolean().optional(),
  mean: channelsArgument.optional(),
  std: deviationArgument.optional(),
  input_size: sizeArgument.refine(([w, h]) => w === h, { message: 'has to be square' }).optional(),
}

/** The constructor of the reference implementation has its arguments in this order; version 0.1 had that of `ARGUMENTS`. */
const REFERENCE_ORDER = ['embedding_size', 'hidden_layer_size', 'timm_backbone', 'weights_path'] as const

/** The name of the class in the reference implementation. */
const REFERENCE_TARGET = 'server.embedders.default.DefaultEmbedder'
/** Input for which the reference's network was trained on sketches: grey pixels in -1…1. */
const SKETCH: Normalisation = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], isGrey: true }

export type TimmArguments = ReturnType<typeof parseArguments<typeof ARGUMENTS>>

/** @throws {Error} that names the argument and a valid value */
export function parseTimmArguments(definition: EmbedderDefinition): TimmArguments {
  return parseArguments(definition, inOrderOf(definition))
}

/** The first positional argument of the reference implementation is a number, that of version 0.1 the name of a backbone. */
function inOrderOf({ args }: EmbedderDefinition): typeof ARGUMENTS {
  if (typeof args[0] !== 'number') return ARGUMENTS
  const first = Object.fromEntries(REFERENCE_ORDER.map((name) => [name, ARGUMENTS[name]]))
  return { ...(first as Pick<typeof ARGUMENTS, (typeof REFERENCE_ORDER)[number]>), ...ARGUMENTS }
}

export function normalisationOf({
  normalize = true,
  mean,
  std,
}: TimmArguments): Record<ImageKind, Normalisation> {
  if (!normalize) return { photo: RAW, sketch: RAW }
  return { photo: { mean: mean ?? IMAGENET.mean, std: std ?? IMAGENET.std, isGrey: false }, sketch: SKETCH }
}

/** @returns a message for the log if a default makes the vectors differ from those of the reference implementation */
export function normalisationNote(
  definition: EmbedderDefinition,
  { normalize }: TimmArguments,
): string | undefined {
  if (normalize !== undefined || !('target' in definition) || definition.target !== REFERENCE_TARGET)
    return undefined
  return 'Pixels are normalised as in training, which gives better results than the raw pixels of the reference implementation. With "normalize: false", the vectors are exactly those of the reference.'
}
