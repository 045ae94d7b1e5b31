import { statfs } from 'node:fs/promises'
import pTimeout from 'p-timeout'
import { DomainError } from '../errors.ts'
import { liesIn } from './directories.ts'
import { mountsOf } from './mount-table.ts'

/** A drive that does not answer within this time counts as unreadable. */
const MAX_ANSWER_MS = 60_000
/** Time for a whole drive to answer after one of its paths has not. */
const MAX_DRIVE_ANSWER_MS = 5_000

class NoAnswerError extends DomainError {
  constructor() {
    super('gallery_unavailable', 'The drive of this file does not answer: try again when it is back.')
  }
}

/** Files, folders and whole drives with a request that is late. */
const unresponsive = new Set<string>()
/** Mount points that are being asked. */
const asked = new Set<string>()

/** Whether an error means that a drive has not answered in time. */
export function isNoAnswer(error: unknown): boolean {
  return error instanceof NoAnswerError
}

/** Whether a request for an absolute path would be refused, because an earlier one is still waiting. */
export function isUnresponsive(path: string): boolean {
  if (unresponsive.size === 0) return false
  return [...unresponsive].some((place) => liesIn(path, place))
}

/**
 * Sends a request to the drive of an absolute path. A request that is not answered occupies a thread of the system, so the drive
 * gets no further ones before it answers.
 * @throws {DomainError} `gallery_unavailable` if the drive does not answer in time
 */
export async function withTimeout<T>(path: string, request: () => Promise<T>): Promise<T> {
  if (isUnresponsive(path)) throw new NoAnswerError()
  const answer = request()
  return pTimeout(answer, {
    milliseconds: MAX_ANSWER_MS,
    async fallback() {
      markUntil(path, answer)
      await askDrive(path)
      throw new NoAnswerError()
    },
  })
}

function markUntil(place: string, answer: Promise<unknown>): void {
  const unmark = () => unresponsive.delete(place)
  unresponsive.add(place)
  answer.then(unmark, unmark)
}

/** Finds out whether only one path is late, such as a link to another drive, or its whole drive. Only Linux lists its drives. */
async function askDrive(path: string): Promise<void> {
  const drive = mountsOf(path)[0]?.path
  if (drive === undefined || isUnresponsive(drive) || asked.has(drive)) return
  asked.add(drive)
  const answer = statfs(drive).finally(() => asked.delete(drive))
  await pTimeout(answer, {
    milliseconds: MAX_DRIVE_ANSWER_MS,
    fallback: () => markUntil(drive, answer),
  }).catch(() => {})
}
