import { readFile, rename, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { picture, writeSettled } from '../server/src/testing/pictures.ts'
import { temporaryDirectory } from '../server/src/testing/temporary.ts'
import { runCommand } from './support/product.ts'

describe('sketch-search evaluate', () => {
  it('prints the metrics of the embedders and writes a report, also of folders that are links', async () => {
    const directory = await temporaryDirectory()
    const [gallery, queries] = [join(directory, 'gallery'), join(directory, 'queries')]
    for (let n = 0; n < 12; n++) {
      const className = n % 2 === 0 ? 'round' : 'square'
      await writeSettled(join(gallery, className, `${n}.png`), await picture(n))
      await writeSettled(join(queries, className, `${n}-1.jpg`), await picture(n, 'jpeg'))
    }
    await writeSettled(join(queries, 'round', 'broken-1.jpg'), 'no image')
    // The folder of a class and the gallery itself are links.
    for (const path of [join(gallery, 'square'), gallery]) {
      await rename(path, `${path}-target`)
      await symlink(`${path}-target`, path)
    }
    const [json, html] = [join(directory, 'report.json'), join(directory, 'report.html')]
    const folders = ['--gallery', gallery, '--queries', queries, '--data-directory', join(directory, 'data')]
    const embedders = ['--embedder', 'sketch-search-4', '--embedder', 'sketch-search-5']
    const options = ['--kind', 'image', '--pairs', '--json', json, '--html', html, ...embedders]
    const result = await runCommand(['evaluate', ...folders, ...options])
    expect(result).toMatchObject({ code: 0, stderr: expect.stringMatching(/broken-1\.jpg is left out/) })
    expect(result.stdout).toMatch(/^embedder +queries +mAP +mAP@200 +P@10 +P@100 +P@200 +R@1 +R@5 +R@10$/m)
    for (const name of ['classical', 'sketch-search-4', 'sketch-search-5'])
      expect(result.stdout).toMatch(RegExp(`^${name} +12( +0\\.\\d{4}| +1\\.0000)+$`, 'm'))
    expect(result.stdout).toMatch(/^square +6 +6 /m)
    const report = JSON.parse(await readFile(json, 'utf8'))
    for (const name of ['classical', 'sketch-search-5']) {
      const { overall } = report.embedders[name]
      expect(overall).toMatchObject({ queries: 12, recallAt10: 1 })
      expect(overall.recallAt1).toBeGreaterThan(report.embedders.random.overall.recallAt1)
    }
    expect(await readFile(html, 'utf8')).toMatch(
      /<h1>Evaluation of sketch-search-5<\/h1>.*<polyline.*data:image\/webp/s,
    )
  })

  it('rejects an unknown embedder before it begins, and fails if no image is readable', async () => {
    const directory = await temporaryDirectory()
    for (const folder of ['gallery', 'queries'])
      await writeSettled(join(directory, folder, 'round', '1.png'), 'no image')
    const folders = ['gallery', 'queries'].flatMap((name) => [`--${name}`, join(directory, name)])
    const options = [...folders, '--data-directory', join(directory, 'data')]
    expect(await runCommand(['evaluate', ...options, '--embedder', 'clasical'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /--embedder: there is no "clasical"; known: sketch-search-5, sketch-search-4, classical; did you mean "classical"/,
      ),
    })
    expect(await runCommand(['evaluate', ...options, '--embedder', 'classical'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/No query of .* could be evaluated: none of them/),
    })
  })
})
