import type { Page } from 'playwright-core'
import { inkIn, type Line } from './browser.ts'

/** A level line in the middle of the sheet. */
export const levelLine = (y: number): Line => [
  [0.3, y],
  [0.7, y],
]

/** Whether there is ink on a horizontal line of the sheet. */
export const hasInkAt = async (page: Page, y: number): Promise<boolean> =>
  (await inkIn(page, [0.32, y - 0.02, 0.36, 0.04])) > 0.02

/** The share of the whole sheet that has ink. */
export const anyInk = (page: Page): Promise<number> => inkIn(page, [0, 0, 1, 1])
