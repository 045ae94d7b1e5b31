import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { findPython } from '../../scripts/python.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const EXAMPLES = join(ROOT, 'examples', 'embedders.yaml')

interface Examples {
  embedder_registry: {
    chosen_embedder?: string
    embedders: Record<string, { python?: string; kwargs?: Record<string, unknown> }>
  }
}

/**
 * Writes the configuration of the examples for this machine into a folder, without a choice, so that a variable can choose. Values of a file
 * win over variables.
 */
export async function writeExampleConfig(directory: string): Promise<string> {
  const config: Examples = parse(await readFile(EXAMPLES, 'utf8'))
  const { embedder_registry: registry } = config
  delete registry.chosen_embedder
  registry.embedders.python!.python = findPython() ?? 'python3'
  registry.embedders.transformers!.kwargs!.model = join(ROOT, 'examples', 'tiny-clip')
  const file = join(directory, 'embedders.json')
  // JSON is valid YAML.
  await writeFile(file, JSON.stringify(config))
  return file
}
