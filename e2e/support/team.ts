import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { drawDemoGallery } from '../../scripts/demo/draw-gallery.ts'
import { type MailServer, signInBy, startMailServer } from '../../server/src/testing/mail-server.ts'
import { violationsIn } from './axe.ts'
import { DESKTOP, filterByName, PHONE, STATE_TIMEOUT_MS, sharedBrowser } from './browser.ts'
import { misplaced } from './layout.ts'
import { asEnvironment, CLASSICAL, type Product, startProduct } from './product.ts'

export const ADMIN = 'admin@example.org'

let directory: string
let gallery: string

/** Draws a small gallery for the teams of a file. */
export function useTeamGallery(): { readonly gallery: string } {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sketch-search-e2e-'))
    gallery = join(directory, 'gallery')
    await drawDemoGallery(gallery, 2)
  })
  afterAll(async () => {
    await rm(directory, { recursive: true, force: true })
  })
  return {
    get gallery() {
      return gallery
    },
  }
}

/** Starts the product with sign-in. @param database keys of the configuration */
export async function startTeam(database: Record<string, unknown> = {}): Promise<{
  product: Product
  mail: MailServer
  data: string
  environment: Record<string, string>
}> {
  const mail = await startMailServer()
  const data = join(await mkdtemp(join(directory, 'data-')), 'data')
  const environment = { ...asEnvironment({ ...signInBy(mail, ADMIN), ...database }), ...CLASSICAL }
  const product = await startProduct(gallery, data, environment)
  onTestFinished(async () => void (await product.stop()))
  return { product, mail, data, environment }
}

/** Opens a window without a session. */
export async function openWindow(viewport = DESKTOP): Promise<Page> {
  const browser = await sharedBrowser()
  const context = await browser.newContext({ viewport, permissions: ['clipboard-read', 'clipboard-write'] })
  onTestFinished(() => context.close())
  context.setDefaultTimeout(STATE_TIMEOUT_MS)
  return context.newPage()
}

export async function signIn(page: Page, mail: MailServer, email: string): Promise<void> {
  await page.getByLabel('Your e-mail address').fill(email)
  await page.getByRole('button', { name: 'Send the code' }).click()
  await page.getByLabel('Code', { exact: true }).fill(await mail.codeFor(email))
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('[data-testid=grid] img').first().waitFor()
}

/** Tests how people sign in and are administered, with their accounts in a database. @param keys of the configuration */
export function itSignsIn(database: string, keys: () => Promise<Record<string, unknown>>): void {
  it(`on ${database} signs in by code, and an admin adds, changes and removes people`, async () => {
    const { product, mail } = await startTeam(await keys())
    const page = await openWindow()
    // A link still leads to its target after signing in.
    await page.goto(`${product.url}/?dir=star&sort=name`)
    await page.getByLabel('Your e-mail address').waitFor()
    expect(await violationsIn(page)).toEqual([])
    await page.getByLabel('Your e-mail address').fill(ADMIN)
    await page.keyboard.press('Enter')
    await page.getByText(`If ${ADMIN} has an account`).waitFor()
    await page.getByText(/^Send another code \(in \d+ s\)$/).waitFor()
    expect(await violationsIn(page)).toEqual([])
    await page.getByLabel('Code', { exact: true }).fill('WRONGONE')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('The code is not correct.').waitFor()
    const code = await mail.codeFor(ADMIN)
    await page.evaluate((text) => navigator.clipboard.writeText(text), `Your code: ${code}`)
    await page.getByLabel('Code', { exact: true }).fill('')
    await page.getByLabel('Code', { exact: true }).press('Control+v')
    await page.locator('[data-path^="star/"]').first().waitFor()
    await expect.poll(() => new URL(page.url()).search).toBe('?dir=star&sort=name')

    await checkUsersView(page)
    const user = await openWindow(PHONE)
    await checkReader(user, mail, product.url)
    await page.getByRole('button', { name: 'Remove user@example.org' }).click()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByText('2 users').waitFor()
    // The open page asks to sign in: at its next request, or before, when its events end.
    const form = user.getByLabel('Your e-mail address')
    await Promise.any([narrowByName(user, 'star'), form.waitFor()])
    await form.waitFor()
    await user.goto(`${product.url}/?name=star`)
    await form.waitFor()

    const editor = await openWindow()
    // The gallery, since only admins see the users.
    await editor.goto(`${product.url}/?show=users`)
    await signIn(editor, mail, 'editor@example.org')
    await editor.getByRole('button', { name: 'Add files' }).waitFor()
    await editor.getByRole('button', { name: 'Settings' }).click()
    await editor.getByRole('button', { name: 'Sign out' }).click()
    await editor.getByLabel('Your e-mail address').waitFor()
    await editor.reload()
    await editor.getByLabel('Your e-mail address').waitFor()
  })
}

async function narrowByName(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Clear selection' }).click()
  await filterByName(page, name)
}

/** Adds, finds and demotes users. */
async function checkUsersView(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Show folders' }).click()
  await page.getByRole('button', { name: 'Users' }).click()
  await page.getByText('1 user', { exact: true }).waitFor()
  for (const [email, role] of [
    ['editor@example.org', 'editor'],
    ['user@example.org', 'user'],
  ] as const) {
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel('Role', { exact: true }).selectOption(role)
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText(email, { exact: true }).waitFor()
  }
  await page.getByLabel('E-mail address').fill('user@example.org')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page
    .getByRole('alert')
    .getByText(/already/)
    .waitFor()
  await page.getByLabel('Filter by address').fill('EDIT')
  await page.getByText('1 user', { exact: true }).waitFor()
  await page.getByLabel('Filter by address').fill('')
  await page.getByLabel('Filter by role').selectOption('user')
  await page.getByText('1 user', { exact: true }).waitFor()
  await page.getByLabel('Filter by role').selectOption('')
  await checkChanges(page)
  expect(await violationsIn(page)).toEqual([])
  for (const width of [360, 320]) {
    await page.setViewportSize({ width, height: 740 })
    await expect.poll(() => misplaced(page)).toEqual([])
  }
  await page.setViewportSize(DESKTOP)
}

/** Changes are sent when they are saved. The rest is not sent: another admin may have changed it. */
async function checkChanges(page: Page): Promise<void> {
  const sent: unknown[] = []
  page.on('request', (request) => {
    if (request.method() === 'PUT') sent.push(request.postDataJSON())
  })
  const save = page.getByRole('region', { name: 'Users' }).getByRole('button', { name: 'Save', exact: true })
  const roleOf = (email: string) => page.getByLabel(`Role of ${email}`)
  await roleOf('user@example.org').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await expect.poll(() => roleOf('user@example.org').inputValue()).toBe('admin')
  expect(sent).toEqual([])
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  await expect.poll(() => save.count()).toBe(0)
  await page.getByRole('button', { name: 'Change the address user@example.org' }).click()
  await page.getByLabel('E-mail address').last().fill('someone@example.org')
  await save.click()
  await page.getByRole('button', { name: 'Change the address someone@example.org' }).click()
  await page.getByLabel('E-mail address').last().fill('user@example.org')
  await save.click()
  await page.getByRole('button', { name: 'Change the address user@example.org' }).waitFor()
  await roleOf(ADMIN).selectOption('user')
  await save.click()
  await page
    .getByRole('alert')
    .getByText(/last admin/)
    .waitFor()
  expect(sent).toEqual([{ email: 'someone@example.org' }, { email: 'user@example.org' }, { role: 'user' }])
}

/** A user with the lowest role sees no controls that change anything. */
async function checkReader(user: Page, mail: MailServer, url: string): Promise<void> {
  await user.goto(url)
  await signIn(user, mail, 'user@example.org')
  await user.setViewportSize({ width: 360, height: 740 })
  await expect.poll(() => misplaced(user)).toEqual([])
  expect(await user.getByRole('button', { name: 'Add files' }).count()).toBe(0)
  expect(await user.getByRole('button', { name: 'Users' }).count()).toBe(0)
  await user.locator('[data-path]').first().focus()
  await user.keyboard.press('Space')
  await user.getByText('1 selected').first().waitFor()
  expect(await user.getByRole('button', { name: 'Move to trash' }).count()).toBe(0)
}
