import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { decodeName, toSystemPath } from '../gallery/file-names.ts'
import { picture } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { evaluate } from './evaluate.ts'
import { renderReport } from './report.ts'

const ODD_NAME = decodeName(Buffer.from('caf\xe9.png', 'latin1'))

it('shows pictures whose names are not UTF-8, and has an empty place for one that is gone', async () => {
  const directory = await temporaryDirectory()
  await mkdir(join(directory, 'a'))
  for (const path of [`a/${ODD_NAME}`, 'a/query.png'])
    await writeFile(toSystemPath(join(directory, path)), await picture(1))
  const itemsAt = (paths: string[]) => ({
    items: paths.map((path) => ({ path, className: 'a', contentHash: path })),
    vectors: new Float32Array(paths.length * 2).fill(Math.SQRT1_2),
    dimensions: 2,
  })
  const evaluation = await evaluate(itemsAt([`a/${ODD_NAME}`, 'a/gone.png']), itemsAt(['a/query.png']), {
    sampled: new Set([0]),
  })
  const warnings: string[] = []
  const page = await renderReport(
    {
      gallery: { directory, images: 2, classes: 1 },
      queries: { directory, images: 1, kind: 'image' },
      embedders: {
        classical: {
          ...evaluation,
          feedback: [0.25, 0.5],
          close: { score: 0.7, precision: 0.875, recall: 0.125 },
        },
      },
    },
    (message) => warnings.push(message),
  )
  expect(page.match(/src="data:image\/webp;base64,\w/g)).toHaveLength(2)
  expect(page).toMatch(/src="" alt="a\/gone\.png"/)
  expect(page).toContain('<td>classical</td><td>0.2500</td><td>0.5000</td>')
  expect(page).toContain('<td>classical</td><td>0.7</td><td>0.8750</td><td>0.1250</td>')
  expect(page).toContain('role="img" aria-label="Precision at each recall: a"')
  expect(warnings).toEqual([expect.stringMatching(/a\/gone\.png is left out: ENOENT/)])
})
