import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import { setInFile } from './set-in-file.ts'

const PATH = ['embedder_registry', 'embedders', 'mine', 'kwargs', 'normalize']

async function changed(yaml: string): Promise<string> {
  const file = join(await temporaryDirectory(), 'config.yaml')
  await writeFile(file, yaml)
  await setInFile(file, PATH, false)
  return readFile(file, 'utf8')
}

it('sets a value and keeps comments and other values', async () => {
  const yaml = `# for the team
embedder_registry:
  chosen_embedder: mine # the best one
  embedders:
    mine:
      target: server.embedders.default.DefaultEmbedder
      kwargs:
        weights_path: /weights/a-very-long-name-of-a-checkpoint-that-nobody-breaks-into-two-lines-of-the-file.pth
`
  expect(await changed(yaml)).toBe(`${yaml}        normalize: false\n`)
})

it('keeps notations of YAML 1.1', async () => {
  const yaml = 'dev: yes\nwatcher: { watch_recursive: On }\nport: "8001"\n'
  expect(await changed(yaml)).toContain(yaml)
})

it('adds missing maps', async () => {
  expect(await changed('port: 8001\n')).toBe(
    'port: 8001\nembedder_registry:\n  embedders:\n    mine:\n      kwargs:\n        normalize: false\n',
  )
})
