import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadConfig } from '../config/load.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { itemsIn } from './items.ts'
import { readSets } from './pasted-sets.ts'

const COVER = { width: 8, height: 8 }

/** Photos and scenes of which some are damaged. */
async function read(damaged: readonly string[]) {
  const directory = await temporaryDirectory()
  const list = async (name: string) => {
    for (let n = 0; n < 6; n++) {
      const path = `${name}/a/${n}.png`
      await writeSettled(join(directory, path), damaged.includes(path) ? 'no image' : await picture(n))
    }
    return itemsIn(join(directory, name), `--${name}`, () => {})
  }
  const sources = { photos: await list('gallery'), scenes: await list('scenes'), limit: 2 }
  const config = loadConfig({ environment: {}, workingDirectory: directory })
  const warnings: string[] = []
  const { sets, images } = await readSets(config, sources, COVER, (message) => warnings.push(message))
  const paths = Object.entries(sets).map(([set, items]) => [
    set,
    items.map(({ path }: { path: string }) => path),
  ])
  return { paths: Object.fromEntries(paths), images, warnings }
}

it('leaves out damaged photos and scenes, and others take their place', async () => {
  const { paths, images, warnings } = await read(['gallery/a/0.png', 'scenes/a/1.png'])
  expect(paths).toEqual({
    pasted: ['a/1.png', 'a/2.png'],
    into: ['a/0.png', 'a/2.png'],
    others: ['a/3.png', 'a/4.png'],
    scenes: ['a/3.png', 'a/4.png'],
  })
  for (const set of Object.values(images)) expect(set).toHaveLength(2)
  expect(warnings).toEqual([
    expect.stringMatching(/^a\/0\.png is left out: .*can't be read/),
    expect.stringMatching(/^a\/1\.png is left out: .*can't be read/),
  ])
})

it('fails if too few can be read', async () => {
  await expect(read(['scenes/a/0.png', 'scenes/a/1.png', 'scenes/a/2.png'])).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringMatching(/--scenes needs at least four photos/),
  })
})
