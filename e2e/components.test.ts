import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Locator, Page } from 'playwright-core'
import { createServer, type ViteDevServer } from 'vite'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { violationsIn } from './support/axe.ts'
import { STATE_TIMEOUT_MS, sharedBrowser } from './support/browser.ts'
import { contradictions } from './support/layout.ts'

const WEB = fileURLToPath(new URL('../web', import.meta.url))
/** Files that draw nothing of their own, or are parts of another component. */
const PARTS = [
  'layer',
  'lazy-part',
  'pointer-button',
  'radix-context-menu',
  'radix-menu',
  'radix-popover',
  'role-options',
  'row-form',
]

let server: ViteDevServer
let url: string
let cacheDir: string

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'sketch-search-vite-'))
  server = await createServer({
    root: WEB,
    cacheDir,
    logLevel: 'error',
    server: { port: 0, host: '127.0.0.1' },
  })
  await server.listen()
  url = `${server.resolvedUrls!.local[0]}#/components`
})

afterAll(async () => {
  await server?.close()
  await rm(cacheDir, { recursive: true, force: true })
})

async function open(
  colorScheme: 'light' | 'dark',
  width = 1440,
): Promise<{ page: Page; complaints: string[] }> {
  const browser = await sharedBrowser()
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(STATE_TIMEOUT_MS)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(url)
  await page.getByRole('heading', { name: 'Components', level: 1 }).waitFor()
  return { page, complaints }
}

/** Overlays by the name of the button that opens them. */
const OVERLAYS: [button: string, overlay: (page: Page) => Locator][] = [
  ['Open a menu', (page) => page.getByRole('menu')],
  ['Open a popover', (page) => page.getByRole('dialog', { name: 'Options' })],
  ['Open a context menu', (page) => page.getByRole('menu', { name: 'Picture' })],
  ['Open a dialog', (page) => page.getByRole('dialog', { name: 'Details' })],
  ['Ask a question', (page) => page.getByRole('dialog', { name: 'Empty the trash?' })],
  ['Show the shortcuts', (page) => page.getByRole('dialog', { name: 'Help and shortcuts' })],
]

describe('the page of components', () => {
  it('shows every component', async () => {
    const { page } = await open('light')
    const shown = await page
      .locator('[data-components]')
      .evaluateAll((samples) =>
        samples.flatMap((sample) => sample.getAttribute('data-components')!.split(' ')),
      )
    const files = (await readdir(join(WEB, 'src/components')))
      .filter((file) => file.endsWith('.tsx'))
      .map((file) => file.replace('.tsx', ''))
    expect([...new Set(shown)].sort()).toEqual(files.filter((file) => !PARTS.includes(file)).sort())
  })

  it.each(['light', 'dark'] as const)('has no problem that axe finds, in %s', async (scheme) => {
    const { page, complaints } = await open(scheme)
    expect(await violationsIn(page)).toEqual([])
    for (const [button, overlay] of OVERLAYS) {
      await page.getByRole('button', { name: button }).click()
      await overlay(page).waitFor()
      // A menu belongs to its button, in whatever landmark that is.
      const found = (await violationsIn(page)).filter((problem) => !problem.startsWith('region:'))
      expect([button, found]).toEqual([button, []])
      await page.keyboard.press('Escape')
      await overlay(page).waitFor({ state: 'hidden' })
    }
    await page.getByRole('button', { name: 'Show a toast with an action' }).click()
    await page.getByRole('button', { name: 'Undo', exact: true }).last().waitFor()
    expect(await violationsIn(page)).toEqual([])
    expect(complaints).toEqual([])
  })

  it('gives no element two classes for the same', async () => {
    const { page } = await open('light')
    expect(await contradictions(page)).toEqual([])
  })

  it('shows with forced colours whether a switch is on, and the bounds of each button', async () => {
    const { page } = await open('light')
    await page.emulateMedia({ forcedColors: 'active' })
    const switches = page.getByRole('switch')
    const colours = () =>
      switches.evaluateAll((all) => all.slice(0, 2).map((one) => getComputedStyle(one).backgroundColor))
    await expect.poll(async () => new Set(await colours()).size).toBe(2)
    const borders = await page
      .getByRole('region', { name: 'Button', exact: true })
      .getByRole('button')
      .evaluateAll((all) => all.map((one) => getComputedStyle(one).borderTopWidth))
    expect(new Set(borders)).toEqual(new Set(['1px']))
  })

  it('fits a window of 320 pixels', async () => {
    const { page } = await open('light', 320)
    const width = await page.evaluate(() => document.querySelector('main')!.scrollWidth)
    expect(width).toBeLessThanOrEqual(320)
  })

  it('draws the states as the pointer and the keyboard bring them about', async () => {
    const { page } = await open('light')
    await page.emulateMedia({ reducedMotion: 'reduce' })
    const button = (name: string) => page.getByRole('button', { name, exact: true })
    const styleOf = (name: string, property: 'backgroundColor' | 'outlineWidth' | 'scale') =>
      button(name).evaluate((element, key) => getComputedStyle(element)[key], property)
    await button('Rest').hover()
    await expect
      .poll(() => styleOf('Rest', 'backgroundColor'))
      .toBe(await styleOf('Hover', 'backgroundColor'))
    await page.mouse.down()
    await expect.poll(() => styleOf('Rest', 'scale')).toBe(await styleOf('Pressed', 'scale'))
    await page.mouse.up()
    await page.mouse.move(0, 0)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Shift+Tab')
    await expect.poll(() => styleOf('Rest', 'outlineWidth')).toBe(await styleOf('Focus', 'outlineWidth'))
  })
})
