import { constants } from 'node:fs'
import { type FileHandle, open, readlink, stat } from 'node:fs/promises'
import { systemCodeOf } from '../errors.ts'
import { decodeName, toSystemPath } from './file-names.ts'
import type { IncludeRules } from './include.ts'
import { findRealFile } from './links.ts'
import { normalizeName } from './paths.ts'

/** ENXIO: a socket. ELOOP: a link took the place of the file. */
const ABSENT = ['ENOENT', 'ENOTDIR', 'ENXIO', 'ELOOP']

/**
 * Opens a file of the gallery and checks what was opened: between the resolution of the path and the opening, a folder or the
 * file itself may have been replaced by a link that leads elsewhere.
 * @returns undefined if the file is gone, is no ordinary file, or is not part of the gallery
 */
export async function openGalleryFile(
  root: string,
  path: string,
  rules: IncludeRules,
): Promise<FileHandle | undefined> {
  const real = await findRealFile(root, path, rules)
  if (real === undefined) return undefined
  // Without O_NONBLOCK, opening a named pipe would block until a process writes to it.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | (constants.O_NOFOLLOW ?? 0)
  const file = await open(toSystemPath(real), flags).catch((error) => {
    if (!ABSENT.includes(systemCodeOf(error) ?? '')) throw error
  })
  if (file === undefined) return undefined
  let isRight = false
  try {
    isRight = (await file.stat()).isFile() && (await isOpenAt(file, real))
  } finally {
    if (!isRight) await file.close()
  }
  return isRight ? file : undefined
}

/** Linux shows the path of an open file. Elsewhere, the file at the path is compared, once more resolved. */
async function isOpenAt(file: FileHandle, real: string): Promise<boolean> {
  const opened = await readlink(`/proc/self/fd/${file.fd}`, { encoding: 'buffer' }).catch(() => undefined)
  // Some file systems ignore case and show either spelling.
  if (opened !== undefined) return normalizeName(decodeName(opened)) === normalizeName(real)
  const [mine, there] = await Promise.all([
    file.stat({ bigint: true }),
    stat(toSystemPath(real), { bigint: true }).catch(() => undefined),
  ])
  return there?.ino === mine.ino && there.dev === mine.dev
}
