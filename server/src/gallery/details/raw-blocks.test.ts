import { expect, it } from 'vitest'
import { box } from '../formats/iso-box.ts'
import { blocksOfCanon } from './raw-blocks.ts'

const CANON = Buffer.from('85c0b687820f11e08111f4ce462b6a48', 'hex')

it('reads a limited number of boxes of a Canon photo', () => {
  const photo = box('moov', box('uuid', CANON, box('CMT1', Buffer.from('II*\0'))))
  expect(blocksOfCanon(photo).exif).toHaveLength(1)
  const empty = Buffer.concat(Array<Buffer>(20_000).fill(box('free')))
  expect(blocksOfCanon(Buffer.concat([empty, photo])).exif).toEqual([])
})
