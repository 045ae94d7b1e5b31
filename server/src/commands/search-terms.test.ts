import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import { parseTerms, type SearchParts } from './search-terms.ts'

const NONE: SearchParts = {
  sketch: [],
  image: [],
  imageId: [],
  region: [],
  text: [],
  colours: [],
  lessLike: [],
  without: [],
}

async function writeQuery(): Promise<string> {
  const file = join(await temporaryDirectory(), 'a.png')
  await writeFile(file, 'content')
  return file
}

describe('the parts of sketch-search search', () => {
  it('are of every kind, each with a weight', async () => {
    const file = await writeQuery()
    const terms = await parseTerms({
      sketch: [`${file}:0.5`],
      image: [file],
      imageId: ['abc:.25'],
      region: [`${file}@0,0,.5,1:-0.5`],
      text: ['dog'],
      colours: [`${file}:1.0`, '#d02020*2 #3070D0@0,0,1,0.3:0.75'],
      lessLike: [`${file}:0.5`],
      without: ['boat:0.2'],
    })
    expect(terms).toMatchObject([
      { kind: 'sketch', weight: 0.5 },
      { kind: 'image', weight: 1, mayBeSketch: false },
      { kind: 'image id', id: 'abc', weight: 0.25 },
      { kind: 'region', weight: -0.5, picture: { crop: { x: 0, y: 0, width: 0.5, height: 1 } } },
      { kind: 'text', text: 'dog', weight: 1 },
      { kind: 'text', text: 'boat', weight: -0.2 },
      { kind: 'colours', weight: 1 },
      {
        kind: 'colours',
        weight: 0.75,
        of: [
          { rgb: 0xd02020, share: 2 },
          { rgb: 0x3070d0, share: 1, place: { x: 0, y: 0, width: 1, height: 0.3 } },
        ],
      },
      { kind: 'image', weight: -0.5, mayBeSketch: true },
    ])
  })

  it.each([
    [{ region: ['a.png'] }, /--region a\.png: give the region as FILE@x,y,w,h/],
    [{ region: ['a.png@0,0,2,1'] }, /crop must be/],
    [{ colours: ['#d0202'] }, /--colours: "#d0202" is not a colour/],
    [{ colours: ['#d02020*0'] }, /--colours: "#d02020\*0" is not a colour/],
    [{ text: ['dog:-1'] }, /Give what to search with/],
    [{ image: ['/no/a.png'] }, /there is no such file/],
  ])('are refused with a reason: %j', async (parts, reason) => {
    await expect(parseTerms({ ...NONE, ...parts })).rejects.toThrow(reason)
  })
})
