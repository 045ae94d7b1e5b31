import type { Page } from 'playwright-core'
import { createRandom } from '../../scripts/demo/random.ts'
import type { Stroke, StrokePoint } from '../../web/src/sketch/stroke.ts'

const POINTS = 40
const TAB = 'full-sheet'

/** Short curved strokes all over the middle of the sheet. */
export function manyStrokes(count: number): Stroke[] {
  const random = createRandom(7)
  return Array.from({ length: count }, () => {
    const [x, y, angle] = [random.between(150, 850), random.between(150, 850), random.between(0, 2 * Math.PI)]
    const bend = random.between(-0.08, 0.08)
    const points = Array.from({ length: POINTS }, (_, n): StrokePoint => {
      const at = angle + bend * n
      return [Math.round(x + 3 * n * Math.cos(at)), Math.round(y + 3 * n * Math.sin(at)), 0.5, 8 * n]
    })
    return { tool: 'pen', size: 6, points }
  })
}

/** Leaves strokes on the sheet as if this tab had drawn them before a reload, and reloads. */
export async function fillSheet(page: Page, strokes: readonly Stroke[]): Promise<void> {
  await page.evaluate(
    async ({ tab, all }) => {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open('keyval-store')
        opening.onupgradeneeded = () => opening.result.createObjectStore('keyval')
        opening.onsuccess = () => resolve(opening.result)
        opening.onerror = () => reject(opening.error)
      })
      await new Promise<void>((resolve, reject) => {
        const writing = database.transaction('keyval', 'readwrite')
        const store = writing.objectStore('keyval')
        for (const [n, stroke] of all.entries()) store.put(stroke, `${tab}/${n + 1}`)
        const strokes = all.map((_, n) => n + 1)
        const index = {
          version: 2,
          savedAt: Date.now(),
          address: undefined,
          isSaved: false,
          strokes,
          past: [],
          future: [],
        }
        store.put(index, `${tab}/index`)
        writing.oncomplete = () => resolve()
        writing.onerror = () => reject(writing.error)
      })
      database.close()
      sessionStorage.setItem('sheet-tab', tab)
    },
    { tab: TAB, all: strokes },
  )
  await page.reload()
}
