import { type Browser, chromium, type Locator, type Page } from 'playwright-core'
import { findChromium } from '../../scripts/chromium.ts'

/** Switch off the background work of the browser: tests run without a network. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Maximum time to wait for a state. On a busy machine, everything takes several times as long. */
export const STATE_TIMEOUT_MS = 90_000
export const DESKTOP = { width: 1440, height: 900 }
export const PHONE = { width: 390, height: 844 }

let shared: Promise<Browser> | undefined

/** The browser of all files of a test worker, which ends with it. */
export function sharedBrowser(): Promise<Browser> {
  shared ??= launchBrowser()
  return shared
}

export function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined)
    throw new Error('There is no Chromium: run "npm test", which says how to get one.')
  return chromium.launch({ executablePath, args: FLAGS })
}

export interface OpenPage {
  page: Page
  /** Errors and warnings of the page, violations of its content security policy among them. */
  complaints: string[]
  /** Returns the page for the next test. The page of a failed test is not used again. */
  close(): Promise<void>
}

/** The service worker would answer requests that tests expect at the server. */
const BLOCKED_WORKER = 'Service Worker registration blocked'

/** Unused pages: the first one in a new window takes a second of both cores. */
const free = new WeakMap<Browser, Record<'phone' | 'desktop', Page[]>>()

/** Opens the product in a window without any stored data, and waits for the first thumbnails. */
export async function openPage(
  browser: Browser,
  url: string,
  viewport: { width: number; height: number } = DESKTOP,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<OpenPage> {
  const isPhone = viewport.width < 640
  const all = free.get(browser) ?? { phone: [], desktop: [] }
  free.set(browser, all)
  const unused = all[isPhone ? 'phone' : 'desktop']
  const page =
    unused.pop() ??
    (await (
      await browser.newContext({ hasTouch: isPhone, isMobile: isPhone, serviceWorkers: 'block' })
    ).newPage())
  page.setDefaultTimeout(STATE_TIMEOUT_MS)
  await page.setViewportSize(viewport)
  await page.emulateMedia({ colorScheme })
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !message.text().startsWith(BLOCKED_WORKER))
      complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(url)
  await page.locator('[data-testid=grid] img').first().waitFor({ state: 'attached' })
  return {
    page,
    complaints,
    async close() {
      page.removeAllListeners()
      // Without waiting: a test may hold a request that nothing answers any more.
      await page.unrouteAll({ behavior: 'ignoreErrors' })
      // Clears the storage from a page without scripts, which could write to it again. A pending step back may interrupt the
      // first attempt.
      const quiet = new URL('/health', url).href
      await page.goto(quiet).catch(() => page.goto(quiet))
      await page.evaluate(() => sessionStorage.clear())
      const session = await page.context().newCDPSession(page)
      const { origin } = new URL(url)
      await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' })
      await session.detach()
      await page.mouse.move(0, 0)
      unused.push(page)
    },
  }
}

/** The image of the gallery that has this path. */
export const tile = (page: Page, path: string): Locator => page.locator(`[data-path="${path}"]`)

/** A line through points of the square in the middle of the sheet, 0…1 of its side. */
export type Line = [x: number, y: number][]

/** Converts points of that square to positions in the window. */
export async function sheetPlace(page: Page): Promise<(point: [number, number]) => [number, number]> {
  const sheet = await page.locator('canvas').first().boundingBox()
  if (sheet === null) throw new Error('The drawing sheet is not shown')
  const side = Math.min(sheet.width, sheet.height)
  const [left, top] = [sheet.x + (sheet.width - side) / 2, sheet.y + (sheet.height - side) / 2]
  return ([x, y]) => [left + side * x, top + side * y]
}

/** Draws with the real pointer. */
export async function draw(page: Page, lines: Line[]): Promise<void> {
  await page.locator('canvas').first().scrollIntoViewIfNeeded()
  const at = await sheetPlace(page)
  for (const [first, ...rest] of lines) {
    const last = rest.pop() ?? first!
    await page.mouse.move(...at(first!))
    await page.mouse.down()
    for (const point of rest) await page.mouse.move(...at(point), { steps: 3 })
    await page.mouse.move(...at(beforeEnd(rest.at(-1) ?? first!, last)), { steps: 2 })
    // Sent together: a pointer that is held at the end, as on a busy machine, makes a shape of the stroke.
    await Promise.all([page.mouse.move(...at(last)), page.mouse.up()])
  }
}

/** The point after two thirds of the way. */
function beforeEnd([x, y]: Line[number], [endX, endY]: Line[number]): Line[number] {
  return [x + ((endX - x) * 2) / 3, y + ((endY - y) * 2) / 3]
}

/** The share of the pixels in a box of that square on which there is ink. */
export function inkIn(
  page: Page,
  box: [x: number, y: number, width: number, height: number],
): Promise<number> {
  return page
    .locator('canvas')
    .first()
    .evaluate(async (element, [x, y, w, h]) => {
      // The latest ink is painted in the next frame.
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
      const canvas = element as HTMLCanvasElement
      const side = Math.min(canvas.width, canvas.height)
      const [left, top] = [(canvas.width - side) / 2, (canvas.height - side) / 2]
      const { data } = canvas
        .getContext('2d')!
        .getImageData(left + x! * side, top + y! * side, Math.max(1, w! * side), Math.max(1, h! * side))
      let inked = 0
      for (let i = 3; i < data.length; i += 4) if (data[i]! > 128) inked++
      return inked / (data.length / 4)
    }, box)
}

/** Waits until the page shows the number of images. */
export function count(page: Page, text: string): Promise<void> {
  return page.getByTestId('count').getByText(text).waitFor()
}

/** Waits until the results of the current search are shown. @returns the paths of the first ones, best first */
export async function firstResults(page: Page, count: number): Promise<string[]> {
  await page.getByTestId('count').getByText(/match/).waitFor()
  await settled(page)
  return (await shownPaths(page)).slice(0, count)
}

/** Waits until the list that was requested last is shown. */
export function settled(page: Page): Promise<void> {
  return page.locator('[data-state=current] [data-testid=grid]').waitFor()
}

/** Returns the content of the grid in reading order, also while tiles move to their places. */
function shownPaths(page: Page): Promise<string[]> {
  return page.locator('[data-testid=grid] [data-path]').evaluateAll((elements) =>
    elements
      .map((element) => ({
        path: element.getAttribute('data-path') ?? '',
        index: Number(element.getAttribute('data-index')),
      }))
      .sort((a, b) => a.index - b.index)
      .map(({ path }) => path),
  )
}

/** A part of the search, by the beginning of its name, such as “More like star-01.png”. */
export function chip(page: Page, name: string): Locator {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return page
    .getByRole('toolbar', { name: 'Parts of the search' })
    .getByRole('button', { name: new RegExp(`^${escaped}`) })
}

export async function removeChip(page: Page, name: string): Promise<void> {
  await chip(page, name).first().click()
  await page.getByRole('button', { name: 'Remove from search' }).click()
}

/** Opens the filter for names and types into it. */
export async function filterByName(page: Page, name: string): Promise<void> {
  const field = await nameFilter(page)
  await field.fill(name)
  await page.keyboard.press('Escape')
}

/** The field of the filter for names, opened. */
export async function nameFilter(page: Page): Promise<Locator> {
  await page
    .getByRole('button', { name: /^(More filters|Filters)/ })
    .first()
    .click()
  return page.getByRole('searchbox', { name: 'Name contains' })
}

/** Shows the folders beside the results. */
export async function openFolders(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Show folders' }).click()
  return page.getByRole('navigation', { name: 'Folders' })
}

/** Opens the saved sketches: a button of its own, or on a phone an entry of the menu. */
export async function openSaved(page: Page): Promise<void> {
  const name = /^Save(d sketches| sketch)$/
  const own = page.getByRole('button', { name })
  const menu = page.getByRole('button', { name: 'More tools' })
  await own.or(menu).first().waitFor()
  if (await own.isVisible()) await own.click()
  else {
    await menu.click()
    await page.getByRole('menuitem', { name }).click()
  }
  await page.getByRole('dialog', { name: 'Saved sketches' }).waitFor()
}

/** Compares the first two pictures of the list. */
export async function compareFirstTwo(page: Page): Promise<Locator> {
  for (const n of [0, 1]) {
    await page.locator('[data-path]').nth(n).focus()
    await page.keyboard.press('Space')
  }
  await page.getByRole('button', { name: 'Compare' }).click()
  const dialog = page.getByRole('dialog', { name: 'Compare 2 pictures' })
  await dialog.waitFor()
  return dialog
}
