import { loadConfig } from '../server/src/config/load.ts'

/** Returns the default configuration for a gallery, with the values of some keys. */
export function configOf(gallery: string, dataDirectory: string, more: Record<string, unknown> = {}) {
  const flags = Object.entries({
    'watcher.watched_directory': gallery,
    'watcher.watch_recursive': true,
    data_directory: dataDirectory,
    ...more,
  }).map(([path, value]) => ({ path: path.split('.'), value, source: 'bench' }))
  return loadConfig({ environment: {}, flags, workingDirectory: gallery })
}
