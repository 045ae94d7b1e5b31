import { onTestFinished } from 'vitest'
import type { EmbedderClient, EmbedderClientOptions } from '../embedding/process/embedder-client.ts'
import { startEmbedder } from '../embedding/process/supervisor.ts'
import type { EmbedderDefinition } from '../embedding/registry.ts'

type Parts =
  | (Pick<EmbedderDefinition & { target: string }, 'target'> & Partial<EmbedderDefinition>)
  | (Pick<EmbedderDefinition & { file: string; class_name: string }, 'file' | 'class_name'> &
      Partial<EmbedderDefinition>)

/** A definition as the configuration would give it, with short timeouts. */
export function definitionFor(parts: Parts): EmbedderDefinition {
  return {
    args: [],
    kwargs: {},
    device: 'auto',
    start_timeout_s: 60,
    batch_timeout_s: 20,
    ...parts,
  } as EmbedderDefinition
}

/** Starts an embedding process that ends with the test. */
export async function startHost(
  parts: Parts,
  options: Partial<EmbedderClientOptions> = {},
  name = 'mine',
): Promise<EmbedderClient> {
  const embedder = await startEmbedder(name, definitionFor(parts), { onOutput: () => {}, ...options })
  onTestFinished(() => embedder.close())
  return embedder
}

/** A picture of coloured noise, different for each number. */
export function noise(n: number, side = 64) {
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => (i * (n + 3) + ((i * i) >> 5)) % 256)
  return { data, width: side, height: side }
}
