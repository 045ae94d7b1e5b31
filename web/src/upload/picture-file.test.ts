import { expect, it } from 'vitest'
import { IMAGE_EXTENSIONS } from '../../../server/src/gallery/formats/index.ts'
import { mayBePicture } from './picture-file.ts'

it('accepts every extension that the server reads, also unknown to the browser', () => {
  for (const extension of IMAGE_EXTENSIONS) {
    // Browsers detect the types of common formats only.
    const type = /jpe?g|png|gif|webp/.test(extension) ? 'image/any' : ''
    expect([extension, mayBePicture(new File([], `A${extension.toUpperCase()}`, { type }))]).toEqual([
      extension,
      true,
    ])
  }
  expect(mayBePicture(new File([], 'notes.txt', { type: 'text/plain' }))).toBe(false)
})
