import { expect, it } from 'vitest'
import { violationsIn } from './support/axe.ts'
import { DESKTOP } from './support/browser.ts'
import { ADMIN, openWindow, signIn, startTeam, useTeamGallery } from './support/team.ts'

useTeamGallery()

it('API keys are created and revoked in a dialog of the settings', async () => {
  const { product, mail } = await startTeam()
  const page = await openWindow(DESKTOP)
  await page.goto(product.url)
  await signIn(page, mail, ADMIN)
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByText(`Signed in as ${ADMIN} (Admin)`).waitFor()
  await page.getByRole('button', { name: 'API keys' }).click()
  const dialog = page.getByRole('dialog', { name: 'API keys' })
  await dialog.waitFor()
  await page.getByRole('dialog', { name: 'Settings' }).waitFor({ state: 'detached' })
  await dialog.getByLabel('Purpose').fill('Backup')
  await dialog.getByRole('button', { name: 'Add' }).click()
  const token = await dialog.getByLabel('Copy the key “Backup” now').inputValue()
  const list = () => fetch(`${product.url}/api/images`, { headers: { Authorization: `Bearer ${token}` } })
  expect((await list()).status).toBe(200)
  expect(await violationsIn(page)).toEqual([])

  await dialog.getByRole('button', { name: 'Revoke Backup' }).click()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  expect((await list()).status).toBe(200)
  await dialog.getByRole('button', { name: 'Revoke Backup' }).click()
  await dialog.getByRole('button', { name: 'Revoke', exact: true }).click()
  await dialog.getByText('Backup', { exact: true }).waitFor({ state: 'detached' })
  await dialog.getByLabel('Copy the key “Backup” now').waitFor({ state: 'detached' })
  expect((await list()).status).toBe(401)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
})

it('the dialog of API keys stays open until a new key was copied, or its loss was accepted', async () => {
  const { product, mail } = await startTeam()
  const page = await openWindow(DESKTOP)
  await page.goto(product.url)
  await signIn(page, mail, ADMIN)
  const dialog = page.getByRole('dialog', { name: 'API keys' })
  const create = async (name: string) => {
    await dialog.getByLabel('Purpose').fill(name)
    await dialog.getByRole('button', { name: 'Add' }).click()
    await dialog.getByLabel(`Copy the key “${name}” now`).waitFor()
  }
  const openDialog = async () => {
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('button', { name: 'API keys' }).click()
    await dialog.waitFor()
  }
  await openDialog()
  await create('First')
  await create('Second')
  // Chromium closes a dialog by itself on the second one.
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await dialog.getByRole('button', { name: 'Close', exact: true }).click()
  await dialog.getByRole('alert').getByText('has not been copied').waitFor()
  expect(await violationsIn(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Copy', exact: true }).first().click()
  await dialog.getByRole('button', { name: 'Copied' }).waitFor()
  await dialog.getByLabel('Copy the key “Second” now').focus()
  await page.keyboard.press('Control+c')
  await expect.poll(() => dialog.getByRole('button', { name: 'Copied' }).count()).toBe(2)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })

  await openDialog()
  await create('Third')
  await page.keyboard.press('Escape')
  await dialog.getByRole('button', { name: 'Close anyway' }).click()
  await dialog.waitFor({ state: 'hidden' })
})
