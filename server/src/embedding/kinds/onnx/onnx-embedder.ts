import { dirname, join } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../../../errors.ts'
import {
  channelsArgument,
  deviationArgument,
  fileArgument,
  parseArguments,
  sizeArgument,
} from '../../arguments.ts'
import type { Embedder, ImageKind } from '../../embedder.ts'
import type { LoadContext } from '../../load-context.ts'
import type { Normalisation } from '../../pixels.ts'
import { probeDimensions, TRIAL_TEXT } from '../../process/probe.ts'
import type { EmbedderDefinition } from '../../registry.ts'
import { type OnnxModel, type OnnxModelOptions, openOnnxModel } from './model.ts'
import { openTextModel, type TextModel } from './text-model.ts'
import { POOLINGS } from './vectors.ts'

/** Arguments of the text model. No vector of an image depends on them. */
const TEXT_ARGUMENTS = {
  text_path: fileArgument.optional(),
  tokenizer: fileArgument.optional(),
  text_length: z.int().min(1).max(4096).optional(),
  text_output: z.string().min(1).optional(),
}
const ARGUMENTS = {
  path: fileArgument,
  sketch_path: fileArgument.optional(),
  input_size: sizeArgument.optional(),
  mean: channelsArgument.optional(),
  std: deviationArgument.optional(),
  output: z.string().min(1).optional(),
  pooling: z.enum(POOLINGS).optional(),
  layout: z.enum(['NCHW', 'NHWC']).optional(),
  ...TEXT_ARGUMENTS,
}

/**
 * `target: onnx`: any ONNX file whose input is a batch of images, with a second one for sketches and one for texts if there are
 * any.
 * @throws {Error} if a file or an argument is not valid
 */
export async function createOnnxEmbedder(
  definition: EmbedderDefinition,
  context: LoadContext,
): Promise<Embedder> {
  const { path, sketch_path: sketchPath, mean, std, ...rest } = parseArguments(definition, ARGUMENTS)
  const options = {
    inputSize: rest.input_size,
    layout: rest.layout,
    output: rest.output,
    pooling: rest.pooling,
  }
  const normalisation: Normalisation = { mean: mean ?? [0, 0, 0], std: std ?? [1, 1, 1], isGrey: false }
  const photo = await openFile({ ...options, path }, context)
  const sketch = sketchPath === undefined ? photo : await openFile({ ...options, path: sketchPath }, context)
  if (!isSameSize(photo, sketch)) {
    throw new Error(`${sketchPath} takes images of another size than ${path}`)
  }
  if ((photo.takesBytes || sketch.takesBytes) && (mean !== undefined || std !== undefined))
    throw new Error(
      'mean, std: the model takes bytes (uint8) as they are, so it has to normalise them itself',
    )
  const towers: Record<ImageKind, OnnxModel> = { photo, sketch }
  const dimensionsOf = (model: OnnxModel) =>
    probeDimensions((images) => model.embed(images, normalisation), model.inputSize)
  const [dimensions, ofSketches] = [await dimensionsOf(photo), await dimensionsOf(sketch)]
  if (dimensions !== ofSketches) {
    throw new Error(
      `${sketchPath} makes vectors of ${ofSketches} dimensions, ${path} of ${dimensions}: they can't be compared`,
    )
  }
  if (dimensions < 2)
    throw new Error(`${path} makes one number of an image: name another output, or another pooling`)
  const text = await openText(rest, dimensions, context)
  return {
    dimensions,
    inputSize: photo.inputSize,
    threads: photo.threads,
    embed: (images, kind) => towers[kind].embed(images, normalisation),
    ...(text && { embedText: (texts) => text.embed(texts) }),
    async close() {
      await photo.close()
      if (sketch !== photo) await sketch.close()
      await text?.close()
    },
  }
}

async function openText(
  {
    text_path: path,
    tokenizer,
    text_length: length,
    text_output: output,
  }: { [key in keyof typeof TEXT_ARGUMENTS]?: z.output<(typeof TEXT_ARGUMENTS)[key]> },
  dimensions: number,
  context: LoadContext,
): Promise<TextModel | undefined> {
  if (path === undefined) {
    if (tokenizer === undefined && length === undefined && output === undefined) return undefined
    throw new Error('text_path: tokenizer, text_length and text_output need the file of a text model')
  }
  const options = { path, tokenizer: tokenizer ?? join(dirname(path), 'tokenizer.json'), length, output }
  const failWithPath = (error: unknown): never => {
    throw new Error(`${path}: ${messageOf(error)}`, { cause: error })
  }
  const text = await openTextModel(options, context).catch(failWithPath)
  try {
    const { length: found } = await text.embed([TRIAL_TEXT]).catch(failWithPath)
    if (found === dimensions) return text
    throw new Error(`${path} makes vectors of ${found} dimensions, the images have ${dimensions}`)
  } catch (error) {
    await text.close()
    throw error
  }
}

async function openFile(options: OnnxModelOptions, context: LoadContext): Promise<OnnxModel> {
  try {
    return await openOnnxModel(options, context)
  } catch (error) {
    throw new Error(`${options.path}: ${(error as Error).message}`, { cause: error })
  }
}

function isSameSize({ inputSize: a }: OnnxModel, { inputSize: b }: OnnxModel): boolean {
  return a.width === b.width && a.height === b.height
}
