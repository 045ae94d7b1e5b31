import type { Config } from '../config/schema.ts'
import { setInFile } from '../config/set-in-file.ts'
import { definitionOf } from '../embedding/definition-of.ts'
import { embedderKind } from '../embedding/registry.ts'
import { DomainError, messageOf } from '../errors.ts'
import { type CommonOptions, configFor } from './options.ts'

/**
 * The reference implementation embeds raw pixels. Its vectors fit only if its checkpoint gets the same here, so an argument that is not
 * set is added to the configuration.
 * @returns the configuration with the argument, and a function that writes it into the file
 * @throws {DomainError} `config_invalid` if there is no file that can be written to
 */
export function withRawPixels(
  folder: string | undefined,
  options: CommonOptions & { vectors?: string },
): { config: Config; keep: () => Promise<void> } {
  const config = configFor(folder, options)
  const { embedder_registry: registry } = config
  const name = registry.chosen_embedder
  const definition = definitionOf(name, registry)
  const isSet = definition.kwargs.normalize !== undefined
  if (options.vectors === undefined || isSet || embedderKind(name, definition) !== 'timm')
    return { config, keep: async () => {} }
  const path = ['embedder_registry', 'embedders', name, 'kwargs', 'normalize']
  const file = options.config ?? process.env.SERVER_CONFIG_PATH
  const failure = (reason: string, cause?: unknown) =>
    new DomainError(
      'config_invalid',
      `Vectors of a checkpoint can be taken over only with ${path.join('.')}: false. Set it; it could not be written: ${reason}.`,
      { cause },
    )
  if (file === undefined) throw failure('there is no configuration file')
  return {
    config: configFor(folder, options, [{ path, value: false, source: '--vectors' }]),
    async keep() {
      await setInFile(file, path, false).catch((error) => {
        throw failure(messageOf(error), error)
      })
      console.log(`${path.join('.')}: false was written to ${file}: the vectors are those of raw pixels.`)
    },
  }
}
