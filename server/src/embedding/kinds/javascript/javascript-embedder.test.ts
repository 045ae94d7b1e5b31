import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { noise, startHost } from '../../../testing/embedders.ts'
import { temporaryDirectory } from '../../../testing/temporary.ts'

const FILE = join(import.meta.dirname, 'fixtures', 'embedders.ts')

describe('an embedder in JavaScript or TypeScript', () => {
  it('is constructed with args, then kwargs as an object', async () => {
    const embedder = await startHost({ file: FILE, class_name: 'Means', args: [2], kwargs: { scale: 4 } })
    expect(embedder).toMatchObject({ dimensions: 3, inputSize: { width: 8, height: 4 } })
    const white = { data: new Uint8Array(8 * 4 * 3).fill(255), width: 8, height: 4 }
    const [photo] = (await embedder.embed([white], 'photo', 'query')) as Float32Array[]
    expect(photo![0]! / photo![2]!).toBeCloseTo(3 / 4)
    expect(photo![1]).toBe(0)
    const [sketch] = (await embedder.embed([white], 'sketch', 'query')) as Float32Array[]
    expect(sketch![1]! / sketch![2]!).toBeCloseTo(1 / 4)
  })

  it('may embed texts', async () => {
    const embedder = await startHost({ file: FILE, class_name: 'Captions', args: [2], kwargs: { scale: 4 } })
    const [mirror, sun] = (await embedder.embedText(['mirror', 'sun'])) as Float32Array[]
    expect(mirror![0]! / mirror![2]!).toBeCloseTo(3)
    expect([...sun!]).toEqual([0, 0, 1])
    const wordless = await startHost({ file: FILE, class_name: 'Means', args: [2], kwargs: { scale: 4 } })
    expect(wordless.embedsText).toBe(false)
    await expect(wordless.embedText(['sun'])).rejects.toMatchObject({ code: 'not_supported' })
  })

  it('may have a feature map', async () => {
    const embedder = await startHost({ file: FILE, class_name: 'Places' })
    expect(embedder.places).toEqual({ width: 2, height: 1 })
    const image = { data: new Uint8Array(8 * 4 * 3), width: 8, height: 4 }
    image.data.set([255, 0, 0], 0)
    image.data.set([0, 255, 0], 4 * 3)
    expect(await embedder.embedPlaces([image])).toEqual([Float32Array.of(1, 0, 0, 1)])
  })

  it.each([
    [{ width: 2.5, height: 1 }, /places have to be a width and a height from 1 to 256.*2\.5/],
    [3, /places have to be a width and a height/],
    [null, /embedPlaces\(images\), but no property places/],
  ])('is refused with the places %j', async (places, reason) => {
    await expect(startHost({ file: FILE, class_name: 'Places', args: [places] })).rejects.toMatchObject({
      message: expect.stringMatching(reason),
    })
  })

  it('works without optional properties', async () => {
    const embedder = await startHost({ target: `${FILE}#Plain` })
    expect(embedder).toMatchObject({ dimensions: 5, inputSize: { width: 224, height: 224 } })
    expect(await embedder.embed([noise(1), noise(2)], 'photo', 'bulk')).toHaveLength(2)
  })

  it('may be CommonJS', async () => {
    const folder = await temporaryDirectory()
    await writeFile(
      join(folder, 'index.cjs'),
      'exports.Model = class { embed({ count }) { return new Float32Array(count * 2).fill(1) } }',
    )
    const embedder = await startHost({ target: `${join(folder, 'index.cjs')}#Model` })
    expect(embedder.dimensions).toBe(2)
  })

  it.each([
    ['ReturnsAnArray', /has to return a Float32Array.*but returned Array/],
    ['Exits', /test picture|ended with exit code 3/],
    ['NoMethod', /no method embed/],
    ['Missing', /exports no class Missing; it exports .*Means/],
  ])('%s: is refused in one sentence', async (class_name, reason) => {
    await expect(startHost({ file: FILE, class_name, kwargs: { scale: 1 } })).rejects.toMatchObject({
      code: 'embedder_unavailable',
      message: expect.stringMatching(reason),
    })
  })

  it.each(['no-such-package#Model', './nowhere.mjs#Model'])(
    '%s: the file or package is named',
    async (target) => {
      await expect(startHost({ target })).rejects.toMatchObject({
        message: expect.stringMatching(/(no-such-package|nowhere\.mjs) can't be loaded/),
      })
    },
  )
})
