import { chmod, lstat, open, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { canMount, mountFolder } from '../testing/mounts.ts'
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

describe('the file', () => {
  it('is replaced as a whole, so that a crash in between leaves the old one', async () => {
    const directory = await temporaryDirectory()
    const file = join(directory, 'config.yaml')
    await writeFile(file, 'port: 8001\n')
    const before = await open(file)
    onTestFinished(() => before.close())
    await setInFile(file, ['port'], 8002)
    expect(await before.readFile('utf8')).toBe('port: 8001\n')
    expect(await readFile(file, 'utf8')).toBe('port: 8002\n')
    expect(await readdir(directory)).toEqual(['config.yaml'])
  })

  it('keeps its mode, and a link to it stays a link', async () => {
    const directory = await temporaryDirectory()
    const [file, link] = [join(directory, 'config.yaml'), join(directory, 'link.yaml')]
    await writeFile(file, 'port: 8001\n')
    await chmod(file, 0o660)
    await symlink(file, link)
    await setInFile(link, ['port'], 8002)
    expect(await readFile(file, 'utf8')).toBe('port: 8002\n')
    expect((await stat(file)).mode & 0o777).toBe(0o660)
    expect((await lstat(link)).isSymbolicLink()).toBe(true)
  })

  it.skipIf(!canMount())(
    'that is a mount of its own, as in a container, is written in place (needs the right to mount)',
    async () => {
      const directory = await temporaryDirectory()
      const [file, mounted] = [join(directory, 'config.yaml'), join(directory, 'mounted.yaml')]
      await writeFile(file, 'port: 8001\n')
      await writeFile(mounted, '')
      mountFolder(file, mounted)
      await setInFile(mounted, ['port'], 8002)
      expect(await readFile(file, 'utf8')).toBe('port: 8002\n')
      expect((await readdir(directory)).sort()).toEqual(['config.yaml', 'mounted.yaml'])
    },
  )
})
