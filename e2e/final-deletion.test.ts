import { access } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import { count, DESKTOP, openPage } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'

const demo = useDemo(1, { ...CLASSICAL, SERVER__TRASH__DAYS: '0' })

it('asks before a deletion also while the status of the server is not known, and deletes nothing without it', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url, DESKTOP)
  const questions: string[] = []
  page.on('dialog', (dialog) => {
    questions.push(dialog.message())
    void dialog.dismiss()
  })
  const deleted: string[] = []
  page.on('request', (request) => request.method() === 'DELETE' && deleted.push(request.url()))
  const answers: (() => Promise<void>)[] = []
  let isBroken = true
  await page.route('**/api/index/status', async (route) => {
    if (isBroken) return route.fulfill({ status: 500, json: { error: 'The index is damaged.' } })
    answers.push(() => route.continue())
  })
  await page.reload()
  const tile = page.locator('[data-path]').first()
  await tile.focus()
  await page.keyboard.press('Delete')
  await page.getByRole('status').getByText('Nothing was deleted. The index is damaged.').waitFor()
  expect(questions).toEqual([])

  isBroken = false
  await page.reload()
  await expect.poll(() => answers.length).toBeGreaterThan(0)
  await tile.focus()
  await page.keyboard.press('Delete')
  await page.keyboard.press('Delete')
  for (const answer of answers) await answer()
  await expect.poll(() => questions).toEqual(['Delete this picture from the disk? This cannot be undone.'])
  expect(deleted).toEqual([])
  await close()
})

it('without a trash, the page asks before it deletes, and offers no Undo', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url, DESKTOP)
  const questions: string[] = []
  let accepts = false
  page.on('dialog', (dialog) => {
    questions.push(dialog.message())
    void (accepts ? dialog.accept() : dialog.dismiss())
  })
  const tile = page.locator('[data-path]').first()
  const file = join(demo.gallery, (await tile.getAttribute('data-path'))!)
  await tile.focus()
  await page.keyboard.press('Delete')
  await expect.poll(() => questions).toEqual(['Delete this picture from the disk? This cannot be undone.'])
  await access(file)
  // A picture that stays is still in view.
  await tile.click()
  await page
    .getByRole('dialog')
    .getByRole('heading', { name: basename(file) })
    .waitFor()
  await page.keyboard.press('Delete')
  await expect.poll(() => questions.length).toBe(2)
  await page.keyboard.press('i')
  await page.keyboard.press('i')
  await page
    .getByRole('dialog')
    .getByRole('heading', { name: basename(file) })
    .waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })

  accepts = true
  await tile.focus()
  await page.keyboard.press('Delete')
  const toast = page.getByRole('status').filter({ hasText: '1 picture deleted' })
  await toast.waitFor()
  expect(await toast.getByRole('button', { name: 'Undo' }).count()).toBe(0)
  await count(page, '11 pictures')
  const isThere = () =>
    access(file).then(
      () => true,
      () => false,
    )
  await expect.poll(isThere).toBe(false)
  await close()
})
