import { describe, expect, it } from 'vitest'
import { runCommand } from './support/product.ts'
import { ADMIN, openWindow, signIn, startTeam, useTeamGallery } from './support/team.ts'

const team = useTeamGallery()

describe('a team', () => {
  it('is administered from the command line, so that no admin is locked out', async () => {
    const { product, mail, data, environment } = await startTeam()
    const usersIn = (directory: string, ...words: string[]) =>
      runCommand(['users', ...words, '--folder', team.gallery, '--data-directory', directory], environment)
    const users = (...words: string[]) => usersIn(data, ...words)
    expect(await usersIn(`${data}-unused`, 'list')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('There are no users yet'),
      stderr: `No server with sign-in has used ${data}-unused, the data directory of ${team.gallery}. If yours has another folder, name it with --folder.\n`,
    })
    expect((await users('list')).stderr).toBe('')
    expect((await users('list')).stdout).toMatch(/admin@example\.org +admin/)
    expect((await users('add', 'New@example.org', 'editor')).stdout).toContain(
      'new@example.org may sign in as editor',
    )
    expect((await users('add', 'zoe@intranet', 'user')).stdout).toContain('zoe@intranet may sign in as user')
    expect((await users('role', 'new@example.org', 'admin')).code).toBe(0)
    expect((await users('remove', ADMIN)).code).toBe(0)
    const refused = await users('remove', 'new@example.org')
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('last admin')])
    expect((await users('role', 'nobody@example.org', 'user')).stderr).toContain('no user with the address')
    expect((await users('add', 'no-address', 'user')).stderr).toContain('is not an e-mail address')
    expect((await users('add', 'x@example.org', 'boss')).stderr).toContain('admin')
    const page = await openWindow()
    await page.goto(product.url)
    await signIn(page, mail, 'new@example.org')
    await page.getByRole('button', { name: 'Show folders' }).click()
    await page.getByRole('button', { name: 'Users' }).waitFor()
  })
})
