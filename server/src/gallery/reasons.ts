import { DomainError, messageOf } from '../errors.ts'

/** No file is to blame for this. */
export function driveDoesNotAnswer(cause?: unknown): DomainError {
  return new DomainError('unavailable', 'The drive does not answer.', { cause })
}

/** Longest reason of a failure, in characters: one sentence that fits a line or two of the page. */
const MAX_REASON_LENGTH = 200
const PREFIX = "The image can't be read: "

/** Completes the sentence "The image can't be read: …". */
export const ENDS_EARLY = 'the file ends before the picture does'
const DAMAGED = 'its data are damaged'
/** Plain sentences for the messages of the decoders. The first match counts. */
const PLAIN_REASONS: readonly [message: RegExp, reason: string][] = [
  // Bytes of a JPEG that are none of its markers; libjpeg names the value.
  [/unsupported marker/i, DAMAGED],
  [
    /premature end|truncat|unexpected end|end of (file|stream|data)|not enough|too short|bad seek|read past|eof|ends? (early|within|before)/i,
    ENDS_EARLY,
  ],
  [/timeout/i, 'decoding takes too long'],
  [/memory|allocat/i, 'decoding it takes too much memory'],
  [
    /unsupported|not supported|not configured|no decoding plugin|unimplemented/i,
    'it is of a variant that is not supported',
  ],
]

/**
 * Returns the failure of a file: a plain sentence, with the message of the decoder in parentheses behind it.
 * @param reason completes the sentence "The image can't be read: …"
 * @param detail technical message; cut so that the whole is at most `MAX_REASON_LENGTH` characters
 */
export function unreadable(reason: string, detail?: unknown): DomainError {
  const sentence = `${PREFIX}${reason}.`
  const technical = detail === undefined ? '' : technicalMessage(detail)
  const room = MAX_REASON_LENGTH - sentence.length - ' ()'.length
  const isWorthIt = technical !== '' && technical !== reason && room > 20
  const shown = technical.length > room ? `${technical.slice(0, room - 1)}…` : technical
  const message = isWorthIt ? `${sentence.slice(0, -1)} (${shown}).` : sentence
  return new DomainError('image_unreadable', cut(message), { cause: detail })
}

/** libvips repeats a message for each attempt, one a line, the first time behind what it attempted. */
function technicalMessage(detail: unknown): string {
  // An exception of WebAssembly is an object without a message.
  if (typeof detail !== 'string' && !(detail instanceof Error)) return ''
  const lines = (typeof detail === 'string' ? detail : detail.message).split('\n')
  const unique = [...new Set(lines.map((line) => line.trim()).filter((line) => line !== ''))]
  const isRepeated = (line: string) => unique.some((other) => other !== line && other.endsWith(`: ${line}`))
  return unique
    .filter((line) => !isRepeated(line))
    .join('; ')
    .replace(/[.:;]+$/, '')
}

/** Turns an error of a decoder into the failure of the file. */
export function asUnreadable(error: unknown): DomainError {
  if (error instanceof DomainError) return error
  const message = messageOf(error)
  const plain = PLAIN_REASONS.find(([pattern]) => pattern.test(message))
  return unreadable(plain?.[1] ?? DAMAGED, error)
}

function cut(message: string): string {
  return message.length > MAX_REASON_LENGTH ? `${message.slice(0, MAX_REASON_LENGTH - 2)}….` : message
}

/** A picture of which less is decoded is a failure. */
const MIN_DECODED_SHARE = 0.5

/**
 * Judges a damaged file by the share of its pixels that could be decoded.
 * @param why completes the sentence "The image can't be read: …"
 * @returns the note to show with the picture; undefined if it is complete
 * @throws {DomainError} `image_unreadable` if less than half of it could be decoded
 */
export function noteOnDamage(share: number, why: string): string | undefined {
  if (share >= 1) return undefined
  const percent = Math.floor(share * 100)
  if (share < MIN_DECODED_SHARE) throw unreadable(`${why}, after ${percent} % of its pixels`)
  return `The file is damaged: ${percent} % of the picture could be decoded.`
}

/** A note for damage whose extent is not known more closely. */
export const PARTLY_DECODED = 'The file is damaged: more than half of the picture could be decoded.'
