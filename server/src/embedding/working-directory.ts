import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** What packages that a person installed are resolved from: the folder in which the command runs. */
export function workingDirectoryUrl(): string {
  return pathToFileURL(join(process.cwd(), 'package.json')).href
}
