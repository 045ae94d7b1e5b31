import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import { withRawPixels } from './raw-pixels.ts'

it('uses raw pixels at once, and writes this to the file only when it is kept', async () => {
  const folder = await temporaryDirectory()
  const file = join(folder, 'config.yaml')
  const yaml = `embedder_registry:
  chosen_embedder: mine
  embedders:
    mine: { target: server.embedders.default.DefaultEmbedder }
`
  await writeFile(file, yaml)
  const { config, keep } = withRawPixels(folder, { config: file, vectors: 'theirs' })
  expect(config.embedder_registry.embedders.mine?.kwargs).toEqual({ normalize: false })
  expect(await readFile(file, 'utf8')).toBe(yaml)
  const logged = vi.spyOn(console, 'log').mockImplementation(() => {})
  await keep()
  expect(logged).toHaveBeenCalledWith(expect.stringContaining(`false was written to ${file}`))
  expect(withRawPixels(folder, { config: file }).config.embedder_registry.embedders.mine?.kwargs).toEqual({
    normalize: false,
  })
})
