import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Folder from which packages of the user are resolved: the one in which the command runs. */
export function workingDirectoryUrl(): string {
  return pathToFileURL(join(process.cwd(), 'package.json')).href
}
