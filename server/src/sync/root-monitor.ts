import { DomainError, messageOf, systemCodeOf } from '../errors.ts'
import { lstat, readNames } from '../gallery/disk.ts'
import type { Log } from '../log.ts'

/** The root of the gallery, which may be absent: an unmounted drive is no reason to remove its images. */
export interface GalleryRoot {
  /** @throws {DomainError} `directory_not_found` if it can't be read */
  assertReadable(): Promise<void>
  /** Why it can't be read, as a sentence; undefined if it can. */
  readonly problem: string | undefined
  /** Whether the root lies on another drive than before and no scan has found the same files yet. */
  readonly isOtherDevice: boolean
  /** A scan has found the same files. */
  trustDevice(): void
  isEmpty(): Promise<boolean>
}

export interface GalleryRootOptions {
  root: string
  onUnreadable(): void
  log: Log
}

export function createGalleryRoot({ root, onUnreadable, log }: GalleryRootOptions): GalleryRoot {
  let problem: string | undefined
  let device: bigint | undefined
  let isOtherDevice = false

  return {
    async assertReadable() {
      const reason = await whyUnreadable()
      const text =
        reason && `The gallery ${root} can't be read (${reason}): the index is kept unchanged until it can.`
      // Each problem is logged once.
      if (text !== problem) {
        if (text !== undefined) log.warn(text)
        else log.info(`The gallery ${root} can be read again.`)
      }
      problem = text
      if (text === undefined) return
      onUnreadable()
      throw new DomainError('directory_not_found', text)
    },
    get problem() {
      return problem
    },
    get isOtherDevice() {
      return isOtherDevice
    },
    trustDevice() {
      isOtherDevice = false
    },
    async isEmpty() {
      return (await readNames(root)).length === 0
    },
  }

  async function whyUnreadable(): Promise<string | undefined> {
    try {
      const info = await lstat(root)
      if (!info.isDirectory()) return 'it is not a folder'
      await readNames(root)
      if (device !== undefined && device !== info.dev) isOtherDevice = true
      device = info.dev
      return undefined
    } catch (error) {
      return systemCodeOf(error) === 'ENOENT' ? 'there is no such folder' : messageOf(error)
    }
  }
}
