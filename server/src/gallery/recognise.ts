import { hash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { systemCodeOf } from '../errors.ts'
import { isNoAnswer, withTimeout } from './drive-timeout.ts'
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

type Verdict = 'image' | 'other' | 'unreadable'

/**
 * Files of a folder by what their first bytes are. A number stands for one version of one file. A file that can't be read is read
 * again with the next listing, because the reason may pass.
 */
type Verdicts = Record<Exclude<Verdict, 'unreadable'>, Float64Array>

const MAX_CONCURRENT_READS = 8

/** Hexadecimal digits of a hash that a double holds exactly. */
const NUMBER_DIGITS = 13

/** By absolute folder. A file is not read again as long as it does not change. Arrays of numbers, because folders of photos have many sidecars. */
const known = new Map<string, Verdicts>()

/**
 * Sorts files whose names do not end as those of images do by their first bytes.
 * @throws {Error} if the drive does not answer
 */
export async function recognise(root: string, directory: string, files: FileStat[]): Promise<Recognised> {
  const key = toAbsolute(root, directory)
  if (files.length === 0) {
    known.delete(key)
    return { images: [], others: [], unreadable: [] }
  }
  const earlier = verdictsByNumber(known.get(key))
  const numbered = files.map((file) => ({ file, number: numberOf(file) }))
  const added = numbered.filter(({ number }) => !earlier.has(number))
  const verdicts = await examine(root, added)
  const groups = Map.groupBy(numbered, ({ number }) => earlier.get(number) ?? verdicts.get(number)!)
  const inGroup = (verdict: Verdict) => groups.get(verdict) ?? []
  const numbersOf = (verdict: Verdict) => Float64Array.from(inGroup(verdict), ({ number }) => number)
  const filesOf = (verdict: Verdict) => inGroup(verdict).map(({ file }) => file)
  known.set(key, { image: numbersOf('image'), other: numbersOf('other') })
  return { images: filesOf('image'), others: filesOf('other'), unreadable: filesOf('unreadable') }
}

/** Forgets a folder that is gone. */
export function forgetRecognised(root: string, directory: string): void {
  known.delete(toAbsolute(root, directory))
}

/** Whether the first bytes of an ordinary file are those of a picture. @throws the system's error */
export function hasImageContent(absolute: string): Promise<boolean> {
  return withTimeout(absolute, () => startsAsImage(absolute))
}

async function startsAsImage(absolute: string): Promise<boolean> {
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

interface NumberedFile {
  file: FileStat
  number: number
}

async function examine(root: string, files: readonly NumberedFile[]): Promise<Map<number, Verdict>> {
  const verdicts = new Map<number, Verdict>()
  for (let start = 0; start < files.length; start += MAX_CONCURRENT_READS)
    await Promise.all(
      files.slice(start, start + MAX_CONCURRENT_READS).map(async ({ file, number }) => {
        verdicts.set(number, await verdictOn(root, file))
      }),
    )
  return verdicts
}

async function verdictOn(root: string, { path, bytes }: FileStat): Promise<Verdict> {
  try {
    return bytes > 0 && (await hasImageContent(toAbsolute(root, path))) ? 'image' : 'other'
  } catch (error) {
    if (isNoAnswer(error)) throw error
    return isNotFound(error) || systemCodeOf(error) === 'ELOOP' ? 'other' : 'unreadable'
  }
}

function verdictsByNumber(verdicts: Verdicts | undefined): Map<number, Verdict> {
  if (verdicts === undefined) return new Map()
  const { image, other } = verdicts
  return new Map([
    ...Array.from(image, (number) => [number, 'image'] as const),
    ...Array.from(other, (number) => [number, 'other'] as const),
  ])
}

function numberOf({ path, bytes, modifiedAt, changedAt, inode }: FileStat): number {
  const digest = hash('sha1', `${nameOf(path)}\0${bytes} ${modifiedAt} ${changedAt} ${inode}`)
  return Number.parseInt(digest.slice(0, NUMBER_DIGITS), 16)
}
