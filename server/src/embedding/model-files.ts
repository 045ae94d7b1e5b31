import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Number of digits of the fingerprint at the beginning of the names of an embedder's files. */
export const FINGERPRINT_DIGITS = 24

/** Stores graphs and downloads. Everything in it can be built or downloaded again. */
export function modelDirectory(dataDirectory: string): string {
  return join(dataDirectory, 'models')
}

/** Whether files of the embedder with that fingerprint are stored. */
export function hasModelFiles(dataDirectory: string, fingerprint: string): boolean {
  return modelFilesOf(dataDirectory, fingerprint).length > 0
}

/** Removes the files that are stored for the embedder of that fingerprint. */
export function removeModelFiles(dataDirectory: string, fingerprint: string): void {
  for (const file of modelFilesOf(dataDirectory, fingerprint)) rmSync(file, { force: true })
}

function modelFilesOf(dataDirectory: string, fingerprint: string): string[] {
  const directory = modelDirectory(dataDirectory)
  if (fingerprint === '' || !existsSync(directory)) return []
  const prefix = fingerprint.slice(0, FINGERPRINT_DIGITS)
  return readdirSync(directory)
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(directory, name))
}
