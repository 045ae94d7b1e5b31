import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { configFor } from '../testing/app.ts'
import { picture } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { evaluateEmbedders } from './run.ts'

/** Embeds no picture of the gallery: its process ends after its trial, and does not start again. */
const MODELS = `
import { existsSync, writeFileSync } from 'node:fs'
export class Fine {
  embed({ data, count }) { return Float32Array.from({ length: count * 2 }, (_, n) => 1 + data[n]) }
}
export class Dies extends Fine {
  constructor(mark) {
    super()
    this.mark = mark
    if (existsSync(mark)) throw new Error('it is out of memory')
  }
  embed(images) {
    const isTrial = images.data[0] === 0
    if (!isTrial) { writeFileSync(this.mark, ''); process.exit(1) }
    return super.embed(images)
  }
}`

async function set() {
  const directory = await temporaryDirectory()
  for (const [className, numbers] of Object.entries({ a: [1, 2, 3], b: [4, 5, 6] }))
    for (const n of numbers) {
      await mkdir(join(directory, 'set', className), { recursive: true })
      await writeFile(join(directory, 'set', className, `${n}.png`), await picture(n))
    }
  const file = join(directory, 'models.mjs')
  await writeFile(file, MODELS)
  const embedders = {
    fine: { file, class_name: 'Fine' },
    dies: { file, class_name: 'Dies', args: [join(directory, 'mark')], start_timeout_s: 1 },
    broken: { file, class_name: 'Broken' },
  }
  const config = await configFor(join(directory, 'set'), { 'embedder_registry.embedders': embedders })
  const progress: string[] = []
  const run = (names: string[]) =>
    evaluateEmbedders(config, {
      gallery: join(directory, 'set'),
      queries: join(directory, 'set'),
      kind: 'image',
      embedders: ['classical', ...names],
      hasPairs: false,
      hasFeedback: false,
      expandsSketches: false,
      onProgress: (message) => progress.push(message),
      onWarning() {},
    })
  return { run, progress }
}

it('reports an embedder that does not start before any other is evaluated', async () => {
  const { run, progress } = await set()
  await expect(run(['fine', 'broken'])).rejects.toMatchObject({ code: 'embedder_unavailable' })
  expect(progress.filter((message) => /ranking|embedding the/.test(message))).toEqual([])
})

it('keeps the figures of others when an embedder fails later', async () => {
  const { run } = await set()
  const { embedders, failed } = await run(['dies', 'fine'])
  expect(Object.keys(embedders)).toEqual(['random', 'classical', 'fine'])
  expect(failed).toEqual({ dies: expect.stringMatching(/embedder "dies" .*does not work/) })
}, 120_000)
