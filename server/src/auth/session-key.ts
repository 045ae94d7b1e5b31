import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DomainError, systemCodeOf } from '../errors.ts'

const MIN_KEY_CHARACTERS = 16
/** Texts of examples that were not replaced. */
const PLACEHOLDER =
  /change|replace|insert|generate|example|placeholder|default|secret|password|insecure|(?<![a-z0-9])(?:your|my|todo|fixme)(?![a-z0-9])|\$\{|[<>{}[\]]|01234567|abcdef|qwert/i
/** A random text has at least this many different characters. */
const MIN_DISTINCT_CHARACTERS = 8

/** Whether a configured key is a placeholder, or so short or uniform that it can be guessed. */
export function isWeakKey(configured: string): boolean {
  const key = configured.trim()
  const isPoor = key.length < MIN_KEY_CHARACTERS || new Set(key).size < MIN_DISTINCT_CHARACTERS
  return isPoor || PLACEHOLDER.test(key)
}

/**
 * Returns the key that signs cookies: the configured one, or one that is generated once and stored in the data directory.
 * @returns 64 hexadecimal digits
 * @throws {DomainError} `config_invalid` if the stored key is damaged
 */
export function sessionKey(configured: string | undefined, dataDirectory: string): string {
  if (configured !== undefined) return createHash('sha256').update(configured).digest('hex')
  const file = join(dataDirectory, 'session.key')
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
  const key = readStored(file) ?? store(file)
  if (!/^[0-9a-f]{64}$/.test(key)) {
    throw new DomainError(
      'config_invalid',
      `${file} does not hold a key of 64 hexadecimal digits: delete it and one is generated (all users have to sign in again).`,
    )
  }
  return key
}

/** @returns undefined if there is none. An empty file, as a full disk can leave it, has never signed anything, and is removed. */
function readStored(file: string): string | undefined {
  try {
    const key = readFileSync(file, 'utf8').trim()
    if (key !== '') return key
    rmSync(file, { force: true })
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error
  }
  return undefined
}

/** Generates a key, readable by the owner only. @returns the stored one: two processes that start together use the same key */
function store(file: string): string {
  const key = randomBytes(32).toString('hex')
  const temporary = `${file}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, key, { mode: 0o600, flush: true })
    linkSync(temporary, file)
  } catch (error) {
    const code = systemCodeOf(error)
    // The file system has no hard links.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS') renameSync(temporary, file)
    else if (code !== 'EEXIST') throw error
  } finally {
    rmSync(temporary, { force: true })
  }
  return readFileSync(file, 'utf8').trim()
}

/** An HMAC of a text: without the key it can neither be made nor be found by trying. */
export function seal(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}

/** Compares in constant time. */
export function isSealOf(sealed: string, key: string, text: string): boolean {
  const [given, expected] = [Buffer.from(sealed), Buffer.from(seal(key, text))]
  return given.length === expected.length && timingSafeEqual(given, expected)
}
