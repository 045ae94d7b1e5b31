/**
 * Node's functions of the file system for gallery paths, whose names need not be UTF-8. Paths are absolute. Those that return a
 * promise reject if the drive does not answer.
 */
import { type BigIntStats, type Dirent, realpathSync as nodeRealpathSync } from 'node:fs'
import * as fs from 'node:fs/promises'
import { withTimeout } from './drive-timeout.ts'
import { decodeName, toSystemPath } from './file-names.ts'

/** An entry of a folder. */
export type DirectoryEntry = Pick<Dirent, 'name' | 'isFile' | 'isDirectory' | 'isSymbolicLink'>

const UNCLEAR = '\ufffd'

export function lstat(path: string): Promise<BigIntStats> {
  return withTimeout(path, () => fs.lstat(toSystemPath(path), { bigint: true }))
}

export function stat(path: string): Promise<BigIntStats> {
  return withTimeout(path, () => fs.stat(toSystemPath(path), { bigint: true }))
}

export function access(path: string, mode: number): Promise<void> {
  return withTimeout(path, () => fs.access(toSystemPath(path), mode))
}

export function readNames(path: string): Promise<string[]> {
  return withTimeout(path, async () => {
    const names = await fs.readdir(toSystemPath(path))
    if (!names.some((name) => name.includes(UNCLEAR))) return names
    return (await fs.readdir(toSystemPath(path), { encoding: 'buffer' })).map(decodeName)
  })
}

export function readEntries(path: string): Promise<DirectoryEntry[]> {
  return withTimeout(path, async () => {
    const entries = await fs.readdir(toSystemPath(path), { withFileTypes: true })
    if (!entries.some(({ name }) => name.includes(UNCLEAR))) return entries
    const asBytes = await fs.readdir(toSystemPath(path), { withFileTypes: true, encoding: 'buffer' })
    return asBytes.map((entry) => ({
      name: decodeName(entry.name),
      isFile: () => entry.isFile(),
      isDirectory: () => entry.isDirectory(),
      isSymbolicLink: () => entry.isSymbolicLink(),
    }))
  })
}

export async function readlink(path: string): Promise<string> {
  return decodeName(await withTimeout(path, () => fs.readlink(toSystemPath(path), { encoding: 'buffer' })))
}

/** @param asked a path on the drive that has to answer, such as the target of a link */
export async function realpath(path: string, asked = path): Promise<string> {
  return decodeName(await withTimeout(asked, () => fs.realpath(toSystemPath(path), { encoding: 'buffer' })))
}

export function realpathSync(path: string): string {
  return decodeName(nodeRealpathSync.native(toSystemPath(path), { encoding: 'buffer' }))
}
