import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DomainError, systemCodeOf } from '../errors.ts'

const MIN_KEY_CHARACTERS = 16
/** What stands in examples until somebody fills it in. */
const PLACEHOLDER =
  /change|replace|insert|generate|example|placeholder|default|secret|password|insecure|(?<![a-z0-9])(?:your|my|todo|fixme)(?![a-z0-9])|\$\{|[<>{}[\]]|01234567|abcdef|qwert/i
/** A text that repeats itself is no random one. */
const MIN_DISTINCT_CHARACTERS = 8

/**
 * The key that signs cookies: the configured one, or one that is generated once and kept in the data directory.
 * @returns 64 hexadecimal digits
 * @throws {DomainError} `config_invalid` if everybody knows it, or could guess it
 */
export function sessionKey(configured: string | undefined, dataDirectory: string): string {
  if (configured !== undefined) {
    const key = configured.trim()
    const isPoor = key.length < MIN_KEY_CHARACTERS || new Set(key).size < MIN_DISTINCT_CHARACTERS
    if (isPoor || PLACEHOLDER.test(key)) {
      throw new DomainError(
        'config_invalid',
        `session.secret_key looks like a placeholder, repeats itself or is shorter than ${MIN_KEY_CHARACTERS} characters: give a random text, such as the output of "openssl rand -hex 32", or leave the key out and one is generated.`,
      )
    }
    return createHash('sha256').update(configured).digest('hex')
  }
  const file = join(dataDirectory, 'session.key')
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
  try {
    // Only for the owner, and only if there is none: of two that start at once both use the same.
    writeFileSync(file, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error
  }
  const key = readFileSync(file, 'utf8').trim()
  if (!/^[0-9a-f]{64}$/.test(key)) {
    throw new DomainError(
      'config_invalid',
      `${file} does not hold a key of 64 hexadecimal digits: delete it and one is generated (everybody has to sign in again).`,
    )
  }
  return key
}
