import { describe, expect, it } from 'vitest'
import { IMAGE_ATTRIBUTES } from './attributes.ts'

/**
 * Version that added an attribute or changed how it is read. Rows of the last version exist, and only those of an earlier one
 * are read again.
 */
const SINCE: Readonly<Record<string, number>> = {
  width: 1,
  height: 1,
  contentType: 1,
  thumbhash: 2,
  note: 2,
  lens: 3,
  orientation: 3,
  title: 3,
  caption: 3,
  keywords: 3,
  rating: 3,
  searchText: 3,
  bitDepth: 4,
  capturedAt: 5,
  capturedOffset: 5,
  camera: 5,
  exposureTime: 5,
  fNumber: 5,
  iso: 5,
  focalLength: 5,
  latitude: 5,
  longitude: 5,
}
const VERSION = Math.max(...Object.values(SINCE))

describe('an attribute that is added or read in another way', () => {
  it.each(Object.entries(IMAGE_ATTRIBUTES))('has the next version: %s', (name, { since }) => {
    const advice = `images that are already indexed lack it: give it "since: ${VERSION + 1}" in attributes.ts, and "${name}: ${VERSION + 1}" in SINCE here`
    expect(since, `"${name}" is new or has another version; ${advice}`).toBe(SINCE[name])
  })
})
