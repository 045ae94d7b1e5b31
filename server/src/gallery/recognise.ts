import { hash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { systemCodeOf } from '../errors.ts'
import { toSystemPath } from './file-names.ts'
import { SNIFF_BYTES, sniff } from './formats/index.ts'
import { nameOf, toAbsolute } from './paths.ts'
import { type FileStat, isNotFound } from './stat-file.ts'

export interface Recognised {
  images: FileStat[]
  others: FileStat[]
  /** Files whose first bytes can't be read. */
  unreadable: FileStat[]
}

interface Verdicts {
  /** Changes when any of the files does. */
  digest: string
  images: ReadonlySet<string>
  unreadable: ReadonlySet<string>
}

const MAX_CONCURRENT_READS = 8

/** By absolute folder. As long as no file of a folder changes, none of them is read again. */
const known = new Map<string, Verdicts>()

/** Sorts files whose names do not end as those of images do by their first bytes. */
export async function recognise(root: string, directory: string, files: FileStat[]): Promise<Recognised> {
  const key = toAbsolute(root, directory)
  if (files.length === 0) {
    known.delete(key)
    return { images: [], others: [], unreadable: [] }
  }
  const digest = digestOf(files)
  const earlier = known.get(key)
  const verdicts = earlier?.digest === digest ? earlier : { digest, ...(await examine(root, files)) }
  known.set(key, verdicts)
  const groups = Map.groupBy(files, ({ path }) => {
    const name = nameOf(path)
    if (verdicts.images.has(name)) return 'image'
    return verdicts.unreadable.has(name) ? 'unreadable' : 'other'
  })
  return {
    images: groups.get('image') ?? [],
    others: groups.get('other') ?? [],
    unreadable: groups.get('unreadable') ?? [],
  }
}

/** Forgets a folder that is gone. */
export function forgetRecognised(root: string, directory: string): void {
  known.delete(toAbsolute(root, directory))
}

/** Whether the first bytes of an ordinary file are those of a picture. @throws the system's error */
export async function hasImageContent(absolute: string): Promise<boolean> {
  // Neither a named pipe nor a link that has taken the place of the file is opened.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW
  const file = await open(toSystemPath(absolute), flags)
  try {
    if (!(await file.stat()).isFile()) return false
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0)
    return sniff(buffer.subarray(0, bytesRead)) !== undefined
  } finally {
    await file.close()
  }
}

async function examine(root: string, files: readonly FileStat[]): Promise<Omit<Verdicts, 'digest'>> {
  const images = new Set<string>()
  const unreadable = new Set<string>()
  for (let start = 0; start < files.length; start += MAX_CONCURRENT_READS)
    await Promise.all(
      files.slice(start, start + MAX_CONCURRENT_READS).map(async ({ path, bytes }) => {
        try {
          if (bytes > 0 && (await hasImageContent(toAbsolute(root, path)))) images.add(nameOf(path))
        } catch (error) {
          if (!isNotFound(error) && systemCodeOf(error) !== 'ELOOP') unreadable.add(nameOf(path))
        }
      }),
    )
  return { images, unreadable }
}

function digestOf(files: readonly FileStat[]): string {
  const lines = files.map(
    ({ path, bytes, modifiedAt, changedAt, inode }) =>
      `${nameOf(path)}\0${bytes} ${modifiedAt} ${changedAt} ${inode}`,
  )
  return hash('sha1', lines.sort().join('\n'))
}
