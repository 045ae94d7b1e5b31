import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { picture } from '../server/src/testing/pictures.ts'
import { PHONE } from './support/browser.ts'
import { runCommand } from './support/product.ts'
import { ADMIN, itSignsIn, openWindow, signIn, startTeam, useTeamGallery } from './support/team.ts'

const team = useTeamGallery()

describe('a team', () => {
  itSignsIn('the embedded database', async () => ({}))

  it('sees when a code has become void, and returns to the second step', async () => {
    const { product, mail } = await startTeam()
    const page = await openWindow(PHONE)
    await page.goto(product.url)
    await page.getByLabel('Your e-mail address').fill(ADMIN)
    await page.getByRole('button', { name: 'Send the code' }).click()
    await mail.codeFor(ADMIN)
    await page.reload()
    await page.getByLabel('Code', { exact: true }).waitFor()
    for (let n = 0; n < 6; n++) {
      await page.getByLabel('Code', { exact: true }).fill(`WRONG${n}`)
      const answered = page.waitForResponse(/verify/)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await answered
    }
    await page
      .getByRole('alert')
      .getByText(/no longer be used/)
      .waitFor()
    await page.getByLabel('Your e-mail address').waitFor()
  })

  it('sends files again after signing in that were not added because the sign-in expired', async () => {
    const { product, mail } = await startTeam()
    const page = await openWindow()
    await page.goto(product.url)
    await signIn(page, mail, ADMIN)
    await page.context().clearCookies()
    const buffer = await picture(31)
    await page
      .getByTestId('upload-files')
      .setInputFiles([{ name: 'late.png', mimeType: 'image/png', buffer }])
    await page.getByLabel('Your e-mail address').waitFor()
    await signIn(page, mail, ADMIN)
    await page.getByText('Uploading stopped: your sign-in has expired.').waitFor()
    expect(await readdir(team.gallery)).not.toContain('late.png')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('1 file added').waitFor()
    expect(await readdir(team.gallery)).toContain('late.png')
    await rm(join(team.gallery, 'late.png'))
  })

  it('is administered from the command line, so that no admin is locked out', async () => {
    const { product, mail, data, environment } = await startTeam()
    const users = (...words: string[]) =>
      runCommand(['users', ...words, '--folder', team.gallery, '--data-directory', data], environment)
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
    expect((await users('add', 'no-address', 'user')).stderr).toContain('is no e-mail address')
    expect((await users('add', 'x@example.org', 'boss')).stderr).toContain('admin')
    const page = await openWindow()
    await page.goto(product.url)
    await signIn(page, mail, 'new@example.org')
    await page.getByRole('button', { name: 'Show folders' }).click()
    await page.getByRole('button', { name: 'Users' }).waitFor()
  })
})
