import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { picture } from '../server/src/testing/pictures.ts'
import { violationsIn } from './support/axe.ts'
import { draw, PHONE } from './support/browser.ts'
import { ADMIN, openWindow, signIn, startTeam, useTeamGallery } from './support/team.ts'

const team = useTeamGallery()

const LINE: Parameters<typeof draw>[1] = [
  [
    [0.2, 0.2],
    [0.8, 0.3],
    [0.5, 0.8],
  ],
]

/** Counts the records of sheets in the browser. */
function keptIn(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('keyval-store')
        opening.onerror = () => reject(opening.error)
        opening.onsuccess = () => {
          const counting = opening.result.transaction('keyval').objectStore('keyval').count()
          counting.onsuccess = () => resolve(counting.result)
          opening.result.close()
        }
      }),
  )
}

describe('a team', () => {
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

  it('sees why no other code was sent, instead of an earlier problem', async () => {
    const { product, mail } = await startTeam()
    const page = await openWindow()
    await page.clock.install()
    await page.goto(product.url)
    await page.getByLabel('Your e-mail address').fill(ADMIN)
    await page.getByRole('button', { name: 'Send the code' }).click()
    await mail.codeFor(ADMIN)
    await page.getByLabel('Code', { exact: true }).fill('WRONGONE')
    await page.getByRole('button', { name: 'Sign in' }).click()
    const problem = page.getByRole('alert')
    await problem.getByText('The code is not correct.').waitFor()
    await page.clock.runFor(31_000)
    await page.route('**/api/auth/otp/start', (route) => route.abort())
    await page.getByRole('button', { name: 'Send another code' }).click()
    await problem.getByText('The connection to the server was lost').waitFor()
    await page.unroute('**/api/auth/otp/start')
    await page.getByRole('button', { name: 'Send another code' }).click()
    await page.getByText(/^Send another code \(in \d+ s\)$/).waitFor()
    expect(await problem.count()).toBe(0)
  })

  it('leaves no drawing and no search for the next user after signing out', async () => {
    const { product, mail } = await startTeam()
    const page = await openWindow()
    await page.goto(`${product.url}/?name=cup`)
    await signIn(page, mail, ADMIN)
    await draw(page, LINE)
    await expect.poll(() => page.url()).toContain('q=')
    await expect.poll(() => keptIn(page)).toBeGreaterThan(1)
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await expect.poll(() => page.url()).toBe(`${product.url}/`)
    await page.getByLabel('Your e-mail address').waitFor()
    expect(await keptIn(page)).toBe(0)
    await signIn(page, mail, ADMIN)
    await page.getByTestId('count').getByText('24 pictures').waitFor()
    expect(new URL(page.url()).search).toBe('')
  })

  it('leaves nothing for the next user in another tab either after signing out', async () => {
    const { product, mail } = await startTeam()
    const page = await openWindow()
    await page.goto(product.url)
    await signIn(page, mail, ADMIN)
    const other = await page.context().newPage()
    await other.goto(`${product.url}/?name=cup`)
    await draw(other, LINE)
    await expect.poll(() => other.url()).toContain('q=')
    await expect.poll(() => keptIn(other)).toBeGreaterThan(1)
    await page.bringToFront()
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Your e-mail address').waitFor()
    await expect.poll(() => other.url()).toBe(`${product.url}/`)
    await other.getByLabel('Your e-mail address').waitFor()
    expect(await other.evaluate(() => sessionStorage.length)).toBe(0)
    expect(await keptIn(other)).toBe(0)
    await signIn(other, mail, ADMIN)
    await other.getByTestId('count').getByText('24 pictures').waitFor()
    expect(new URL(other.url()).search).toBe('')
  })

  it('goes to the sign-in when an export is refused because the session is over', async () => {
    const { product, mail } = await startTeam()
    const page = await openWindow()
    await page.goto(product.url)
    await signIn(page, mail, ADMIN)
    await page.getByRole('button', { name: 'List options' }).click()
    await page.context().clearCookies()
    // No other request finds out.
    await page.route(/\/api\/(?!export|session)/, () => {})
    await page.getByRole('menuitem', { name: /List of paths/ }).click()
    await page.getByLabel('Your e-mail address').waitFor()
  })

  it('marks what the page asks for by itself, which does not extend the session', async () => {
    const { product, mail } = await startTeam()
    const page = await openWindow()
    await page.goto(product.url)
    await signIn(page, mail, ADMIN)
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('button', { name: 'Files of the folder' }).click()
    const nextMark = async () => (await page.waitForRequest('**/api/index/account')).headers()['x-passive']
    expect(await nextMark()).toBe(undefined)
    await expect.poll(nextMark).toBe('true')
    await page.mouse.move(100, 100)
    await expect.poll(nextMark).toBe(undefined)
  })

  it('sees that signing out failed', async () => {
    const { product, mail } = await startTeam()
    const page = await openWindow()
    await page.goto(product.url)
    await signIn(page, mail, ADMIN)
    await page.route('**/api/session/logout', (route) => route.abort())
    await page.getByRole('button', { name: 'Settings' }).click()
    const signOut = page.getByRole('button', { name: 'Sign out' })
    await signOut.click()
    await page.getByRole('alert').getByText('The connection to the server was lost').waitFor()
    expect(await violationsIn(page)).toEqual([])
    await page.unroute('**/api/session/logout')
    await signOut.click()
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
    await page.getByText('Uploading stopped: your session has expired.').waitFor()
    expect(await readdir(team.gallery)).not.toContain('late.png')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('1 file added').waitFor()
    expect(await readdir(team.gallery)).toContain('late.png')
    await rm(join(team.gallery, 'late.png'))
  })

  it('sees after signing in which pictures were not moved to the trash because the sign-in expired', async () => {
    const { product, mail } = await startTeam()
    const page = await openWindow()
    await page.goto(product.url)
    await signIn(page, mail, ADMIN)
    await page.getByTestId('count').getByText('24 pictures').waitFor()
    await page.locator('[data-path]').first().focus()
    await page.keyboard.press('Control+a')
    await page.getByText('24 selected').first().waitFor()
    await page.context().clearCookies()
    await page.getByRole('button', { name: 'Move to trash' }).click()
    await page.getByLabel('Your e-mail address').waitFor()
    await page.getByText('24 pictures were not moved to the trash').waitFor()
    expect(await page.getByText('moved to trash').count()).toBe(0)
    await signIn(page, mail, ADMIN)
    await page.getByText('cup/cup-01.png was not moved to the trash. Your session had expired.').waitFor()
    await page.getByText('and 4 more').waitFor()
    await page.getByTestId('count').getByText('24 pictures').waitFor()
    await page.getByRole('button', { name: 'Close', exact: true }).click()
    await page.getByText('was not moved to the trash').first().waitFor({ state: 'detached' })
  })

  it('is asked before signing out ends an upload', async () => {
    const { product, mail } = await startTeam()
    const page = await openWindow()
    await page.goto(product.url)
    await signIn(page, mail, ADMIN)
    await page.route('**/api/images/known', () => {})
    const buffer = await picture(32)
    await page
      .getByTestId('upload-files')
      .setInputFiles([{ name: 'slow.png', mimeType: 'image/png', buffer }])
    await page.getByText('0 of 1 files added').waitFor()
    const question = page.getByRole('dialog', { name: 'Sign out' })
    const signOut = async () => {
      await page.getByRole('button', { name: 'Settings' }).click()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await question.getByText('1 file has not been added yet. Signing out stops its upload.').waitFor()
    }
    await signOut()
    expect(await violationsIn(page)).toEqual([])
    await question.getByRole('button', { name: 'Cancel' }).click()
    await question.waitFor({ state: 'detached' })
    await page.getByText('0 of 1 files added').waitFor()
    await signOut()
    await page.route('**/api/session/logout', (route) => route.abort())
    await question.getByRole('button', { name: 'Sign out' }).click()
    await question.getByRole('alert').getByText('The connection to the server was lost').waitFor()
    await page.unroute('**/api/session/logout')
    await question.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Your e-mail address').waitFor()
    expect(await readdir(team.gallery)).not.toContain('slow.png')
  })
})
