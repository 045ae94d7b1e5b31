import { FORMER_EMBEDDER } from '../config/built-in.ts'
import type { Embedder } from './embedder.ts'
import type { LoadContext } from './load-context.ts'
import { type EmbedderDefinition, embedderKind } from './registry.ts'
import { assertTelemetryIsOff } from './telemetry.ts'

/**
 * Creates an embedder. Runs in the embedding process, never in the server. Modules of a kind are loaded only if it is used.
 * @throws {Error} with the reason
 */
export async function loadEmbedder(
  name: string,
  definition: EmbedderDefinition,
  context: LoadContext,
): Promise<Embedder> {
  // For every kind, because a class in JavaScript may load ONNX Runtime, too.
  assertTelemetryIsOff()
  const kind = embedderKind(name, definition)
  switch (kind) {
    case 'trained':
      await refuseArguments(definition)
      return loadTrained(definition, context)
    case 'classical':
      await refuseArguments(definition)
      return (await import('./kinds/classical/classical-embedder.ts')).createClassicalEmbedder()
    case 'timm':
      return (await import('./kinds/timm/timm-embedder.ts')).createTimmEmbedder(definition, context)
    case 'onnx':
      return (await import('./kinds/onnx/onnx-embedder.ts')).createOnnxEmbedder(definition, context)
    case 'transformers':
      return (await import('./kinds/transformers/transformers-embedder.ts')).createTransformersEmbedder(
        definition,
        context,
      )
    case 'javascript':
      return (await import('./kinds/javascript/javascript-embedder.ts')).createJavaScriptEmbedder(definition)
    case 'python':
      throw new Error('an embedder in Python runs in a process of Python')
  }
}

async function loadTrained(definition: EmbedderDefinition, context: LoadContext): Promise<Embedder> {
  if ('target' in definition && definition.target === FORMER_EMBEDDER)
    return (await import('./kinds/trained/former-embedder.ts')).createFormerEmbedder(context)
  return (await import('./kinds/trained/trained-embedder.ts')).createTrainedEmbedder(context)
}

/** Loads the check of arguments only if there are some. */
async function refuseArguments(definition: EmbedderDefinition): Promise<void> {
  if (definition.args.length === 0 && Object.keys(definition.kwargs).length === 0) return
  const { parseArguments } = await import('./arguments.ts')
  parseArguments(definition, {})
}
