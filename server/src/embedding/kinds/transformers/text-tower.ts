import { messageOf } from '../../../errors.ts'
import type { LoadContext } from '../../load-context.ts'
import { toFloats } from '../onnx/vectors.ts'

/** The part of the library that is used for texts. */
export interface TextLibrary {
  AutoTokenizer: { from_pretrained(id: string, options: Record<string, unknown>): Promise<Tokenizer> }
  CLIPTextModelWithProjection: TextModelLoader
  SiglipTextModel: TextModelLoader
}

type Tokenizer = (texts: string[], options: { padding: true | 'max_length'; truncation: true }) => unknown
interface TextModelLoader {
  from_pretrained(id: string, options: Record<string, unknown>): Promise<TextModel>
}
interface TextModel {
  (inputs: unknown): Promise<Record<string, { type: string; data: unknown }>>
  dispose(): Promise<unknown>
}

/** The text encoder of a model, into the space of its images. */
export interface TextTower {
  /** @returns `[texts.length, dimensions]` */
  embed(texts: readonly string[]): Promise<Float32Array>
  close(): Promise<unknown>
}

/** Families with a text encoder. SigLIP was trained with texts that are filled up to its full length. */
const FAMILIES = {
  clip: { loader: 'CLIPTextModelWithProjection', output: 'text_embeds', padding: true },
  siglip: { loader: 'SiglipTextModel', output: 'pooler_output', padding: 'max_length' },
  siglip2: { loader: 'SiglipTextModel', output: 'pooler_output', padding: 'max_length' },
} as const

/** @returns undefined for other families, and for a model whose folder holds the images' encoder only */
export async function openTextTower(
  library: TextLibrary,
  type: string,
  id: string,
  loading: Record<string, unknown>,
  warn: LoadContext['warn'],
): Promise<TextTower | undefined> {
  if (!Object.hasOwn(FAMILIES, type)) return undefined
  const { loader, output, padding } = FAMILIES[type as keyof typeof FAMILIES]
  try {
    const tokenizer = await library.AutoTokenizer.from_pretrained(id, loading)
    const model = await library[loader].from_pretrained(id, { ...loading, model_file_name: 'text_model' })
    return {
      async embed(texts) {
        const outputs = await model(tokenizer([...texts], { padding, truncation: true }))
        const found = outputs[output]
        if (found === undefined)
          throw new Error(`the text model has no output "${output}", only ${Object.keys(outputs).join(', ')}`)
        return toFloats(found)
      },
      close: () => model.dispose(),
    }
  } catch (error) {
    warn(`It can't search by words, because its text model can't be loaded: ${messageOf(error)}`)
    return undefined
  }
}
