import { useMemo } from 'react'
import type { Image } from '../api/client.ts'
import { aspectOf, GridLayout, type Section } from './grid-layout.ts'

interface GridShape {
  sections: readonly Section[]
  rowHeight: number
  gap: number
}

export const HEAD_HEIGHT = 34
/** Height laid out beyond the visible part, in CSS pixels. */
export const OVERSCAN = 600

/** The layout of a list; another one only where the sections or the measures differ. @param width 0 before the first layout */
export function useGridLayout({ sections, rowHeight, gap }: GridShape, width: number): GridLayout {
  const sectionsKey = sections
    .map(({ key, count, meanAspect, isHeadless }) => `${key} ${count} ${meanAspect} ${isHeadless}`)
    .join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key represents the sections
  return useMemo(
    () =>
      new GridLayout(width === 0 ? [] : sections, {
        width: Math.max(1, width),
        rowHeight,
        gap,
        headHeight: HEAD_HEIGHT,
      }),
    [sectionsKey, width, rowHeight, gap],
  )
}

/** Lays out the parts near the view exactly; a second pass covers parts that the first moved into it. */
export function measureAround(
  layout: GridLayout,
  offset: number,
  viewHeight: number,
  imageAt: (index: number) => Image | undefined,
): void {
  const aspectAt = (index: number) => {
    const image = imageAt(index)
    return image && aspectOf(image)
  }
  for (let pass = 0; pass < 2; pass++)
    if (!layout.measure(offset - OVERSCAN, offset + viewHeight + OVERSCAN, aspectAt)) return
}
