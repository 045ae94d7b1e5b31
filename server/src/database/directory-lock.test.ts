import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import { addressOfOwner, lockDirectory, lockDirectoryWhenFree } from './directory-lock.ts'

const MODULE = new URL('./directory-lock.ts', import.meta.url).href

/** Locks in another process, which dies at once without releasing. @returns what it printed */
function lockElsewhere(directory: string): string {
  const script = `
    const { lockDirectory } = await import(${JSON.stringify(MODULE)})
    try { lockDirectory(${JSON.stringify(directory)}); console.log('locked') } catch (error) { console.log(error.message) }
    process.kill(process.pid, 'SIGKILL')`
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stdout
}

describe('lockDirectory', () => {
  it('refuses a second owner, in this process and in another, and names the first', async () => {
    const directory = await temporaryDirectory()
    const lock = lockDirectory(directory)
    expect(() => lockDirectory(directory)).toThrowError(
      expect.objectContaining({ code: 'data_directory_in_use' }),
    )
    expect(lockElsewhere(directory)).toContain(`in use by process ${process.pid}: stop it first.`)
    lock.publishAddress('http://127.0.0.1:4100')
    expect(lockElsewhere(directory)).toContain(
      `in use by process ${process.pid}, the server at http://127.0.0.1:4100: stop it first.`,
    )
    lock.release()
    expect(lockElsewhere(directory)).toBe('locked\n')
  })

  it('is free once its owner has died, whatever files remain', async () => {
    const directory = await temporaryDirectory()
    expect(lockElsewhere(directory)).toBe('locked\n')
    await writeFile(join(directory, 'lock.pid'), '1')
    const lock = lockDirectory(directory)
    expect(await readFile(join(directory, 'lock.pid'), 'utf8')).toBe(String(process.pid))
    lock.release()
  })

  it('is waited for while its owner is ending, and not otherwise', async () => {
    const directory = await temporaryDirectory()
    const owner = lockDirectory(directory)
    owner.publishAddress('http://localhost:8000/')
    let waiting = 0
    const lock = () => lockDirectoryWhenFree(directory, () => waiting++, 10_000)
    await expect(lock()).rejects.toMatchObject({ code: 'data_directory_in_use' })
    expect([addressOfOwner(directory), waiting]).toEqual(['http://localhost:8000/', 0])
    owner.announceEnd()
    expect(addressOfOwner(directory)).toBeUndefined()
    const second = lock()
    await expect.poll(() => waiting).toBe(1)
    owner.release()
    ;(await second).release()
  })

  it('is not waited for without limit', async () => {
    const directory = await temporaryDirectory()
    const owner = lockDirectory(directory)
    owner.announceEnd()
    const lock = lockDirectoryWhenFree(directory, () => {}, 50)
    await expect(lock).rejects.toMatchObject({ code: 'data_directory_in_use' })
    owner.release()
  })
})
