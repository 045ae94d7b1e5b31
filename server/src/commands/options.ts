import { resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import type { Assignment } from '../config/sources.ts'
import { createLog } from '../log.ts'

export interface CommonOptions {
  config?: string
  dataDirectory?: string
  host?: string
  port?: number
}

/** The options that every command takes. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'YAML file with the configuration; default: SERVER_CONFIG_PATH')
    .option(
      '--data-directory <dir>',
      'where the index is kept; default: a per-user folder named after the gallery',
    )
}

/**
 * The configuration of a command that compares the gallery with the index, if it is shared only for a gallery that is named.
 * @throws {ConfigError}
 */
export function configToIndex(folder: string | undefined, options: CommonOptions): Config {
  return configFor(folder, options, [], true)
}

/**
 * The effective configuration of a command. Values that have no effect are logged.
 * @param more further values, which win over the file
 * @param needsGallery whether a shared database requires that the gallery is named
 */
export function configFor(
  folder: string | undefined,
  options: CommonOptions,
  more: readonly Assignment[] = [],
  needsGallery = false,
): Config {
  const flags: Assignment[] = [...more]
  const set = (path: string, value: unknown, source: string) => {
    if (value !== undefined) flags.push({ path: path.split('.'), value, source })
  }
  set('watcher.watched_directory', folder && resolve(folder), 'argument FOLDER')
  set('watcher.watch_recursive', folder && true, 'argument FOLDER')
  set('data_directory', options.dataDirectory, '--data-directory')
  set('host', options.host, '--host')
  set('port', options.port, '--port')
  const warnings: string[] = []
  const config = loadConfig({
    file: options.config,
    environment: process.env,
    flags,
    workingDirectory: process.cwd(),
    needsGallery,
    warn: (message) => warnings.push(message),
  })
  if (warnings.length > 0) {
    const { log } = createLog(config, process.stderr)
    for (const warning of warnings) log.warn(warning)
  }
  return config
}

export function parseWhole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}
