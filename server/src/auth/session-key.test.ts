import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import { isWeakKey, sessionKey } from './session-key.ts'

describe('the session key', () => {
  it('is created once and stored', async () => {
    const directory = await temporaryDirectory()
    const key = sessionKey(undefined, directory)
    expect(key).toMatch(/^[0-9a-f]{64}$/)
    expect(sessionKey(undefined, directory)).toBe(key)
    expect(await readFile(join(directory, 'session.key'), 'utf8')).toBe(key)
    expect(sessionKey(undefined, await temporaryDirectory())).not.toBe(key)
  })

  it('is derived from the configured one, and a guessable key is recognised', async () => {
    const directory = await temporaryDirectory()
    const key = sessionKey('correct horse battery staple', directory)
    expect(key).toMatch(/^[0-9a-f]{64}$/)
    expect(sessionKey('another one of enough length', directory)).not.toBe(key)
    expect(isWeakKey('correct horse battery staple')).toBe(false)
    for (const known of [
      'your-session-secret-key',
      '',
      'secret',
      'short',
      'changemechangeme',
      'CHANGE_ME_IN_PRODUCTION',
      '<generate with openssl rand -hex 32>',
      'secretsecretsecret',
      '0123456789abcdef',
      'your key of many letters',
      'a'.repeat(32),
      ' '.repeat(32),
    ])
      expect(isWeakKey(known), known).toBe(true)
  })

  it('is generated again if its file is empty, as a power cut or a full disk can leave it', async () => {
    const directory = await temporaryDirectory()
    await writeFile(join(directory, 'session.key'), '')
    const key = sessionKey(undefined, directory)
    expect(key).toMatch(/^[0-9a-f]{64}$/)
    expect(sessionKey(undefined, directory)).toBe(key)
    expect(await readdir(directory)).toEqual(['session.key'])
    expect((await stat(join(directory, 'session.key'))).mode & 0o777).toBe(0o600)
  })

  it('is not used if it is damaged', async () => {
    const directory = await temporaryDirectory()
    await writeFile(join(directory, 'session.key'), 'abc')
    expect(() => sessionKey(undefined, directory)).toThrow(/session\.key/)
  })
})
