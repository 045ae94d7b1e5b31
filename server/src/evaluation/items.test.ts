import { execFileSync } from 'node:child_process'
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { picture, writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { itemsIn } from './items.ts'

const isRoot = process.getuid?.() === 0

async function listed(directory: string) {
  const warnings: string[] = []
  const items = await itemsIn(directory, '--gallery', (message) => warnings.push(message))
  return { paths: items.map(({ path }) => path), items, warnings }
}

it('finds classes and images whose names are not UTF-8', async () => {
  const directory = await temporaryDirectory()
  const bytes = Buffer.from('caf\xe9', 'latin1')
  await mkdir(join(directory, 'class'))
  await writeFile(join(directory, 'class', '1.png'), await picture(1))
  const within = (...names: Buffer[]) =>
    Buffer.concat([Buffer.from(directory), ...names.flatMap((name) => [Buffer.from('/'), name])])
  await rename(join(directory, 'class'), within(bytes))
  await rename(
    within(bytes, Buffer.from('1.png')),
    within(bytes, Buffer.concat([bytes, Buffer.from('.png')])),
  )
  const { items, warnings } = await listed(directory)
  expect(items).toMatchObject([{ className: expect.stringMatching(/^caf/), contentHash: /./ }])
  expect(warnings).toEqual([])
})

it('leaves out what is no file, with a warning', async () => {
  const directory = await temporaryDirectory()
  await writeSettled(join(directory, 'round/1.png'), await picture(1))
  execFileSync('mkfifo', [join(directory, 'round/2.png')])
  expect(await listed(directory)).toMatchObject({
    paths: ['round/1.png'],
    warnings: [expect.stringMatching(/^round\/2\.png is left out: /)],
  })
})

it.skipIf(isRoot)(
  'leaves out what cannot be read, with a warning each (skipped for root, who may read everything)',
  async () => {
    const directory = await temporaryDirectory()
    for (const path of ['round/1.png', 'round/2.png', 'round/below/3.png'])
      await writeSettled(join(directory, path), await picture(1))
    await chmod(join(directory, 'round/2.png'), 0)
    await chmod(join(directory, 'round/below'), 0)
    expect(await listed(directory)).toMatchObject({
      paths: ['round/1.png'],
      warnings: [
        expect.stringMatching(/^round\/below is left out: EACCES/),
        expect.stringMatching(/^round\/2\.png is left out: EACCES/),
      ],
    })
    await chmod(join(directory, 'round/below'), 0o700)
  },
)
