import { fileURLToPath } from 'node:url'
import type { EmbedderDefinition } from '../../registry.ts'
import { isBackbone, mistypedBackbone } from './backbones.ts'
import { normalisationNote, normalisationOf, parseTimmArguments } from './timm-arguments.ts'

const PROGRAM = fileURLToPath(new URL('./timm_embedder.py', import.meta.url))

export interface InPython {
  /** A class in Python that runs the same checkpoint with torch and timm. */
  definition: EmbedderDefinition
  /** Messages for the log. */
  notes: string[]
  /** @returns the reason why it can't be loaded, with a remedy */
  explain(reason: string): string
}

/** Errors after which the message names the backbone that was probably meant. */
const ASKS_FOR_ANOTHER_NAME = /Unknown model|No module named|no program/

/**
 * Returns the Python class for a backbone whose graph can't be built here.
 * @returns undefined if the graph can be built
 * @throws {Error} that names an argument and a valid value
 */
export function timmInPython(definition: EmbedderDefinition): InPython | undefined {
  const options = parseTimmArguments(definition)
  const backbone = options.timm_backbone
  if (isBackbone(backbone)) return undefined
  const { device, python, start_timeout_s, batch_timeout_s } = definition
  const { weights_path, embedding_size, hidden_layer_size, input_size } = options
  const kwargs = {
    ...{ timm_backbone: backbone, weights_path, embedding_size, hidden_layer_size },
    input_size: input_size?.[0],
    normalisation: normalisationOf(options),
  }
  const name = JSON.stringify(backbone)
  const note = normalisationNote(definition, options)
  return {
    definition: {
      ...{ device, python, start_timeout_s, batch_timeout_s },
      ...{ file: PROGRAM, class_name: 'TimmEmbedder', args: [], kwargs },
    },
    notes: [
      `The backbone ${name} has no graph here: Python runs it, with torch and timm.`,
      ...(note === undefined ? [] : [note]),
    ],
    explain(reason) {
      if (!ASKS_FOR_ANOTHER_NAME.test(reason)) return reason
      const meant = mistypedBackbone(backbone)
      const question = meant === undefined ? '' : `; did you mean ${meant}?`
      return `the backbone ${name} has no graph here, so Python with torch and timm is needed${question} (${reason})`
    },
  }
}
