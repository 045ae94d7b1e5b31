import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Every page that people read. */
export function documents(): string[] {
  return ['', 'docs', 'model', 'bench/results'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.md') && !name.startsWith('THIRD-PARTY'))
      .map((name) => join(ROOT, folder, name)),
  )
}

/** The commands that a page tells to enter: lines of its shell blocks, and calls of the product in its text. */
export function commandsIn(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const blocks = [...text.matchAll(/^ *```sh\n(.*?)^ *```/gms)].map(([, block]) => block!)
  const lines = blocks.flatMap((block) =>
    block
      // What is set further in goes on with the line before.
      .replaceAll(/\\?\n {8,}/g, ' ')
      .split('\n')
      .map((line) => line.replace(/ #.*/, '').trim()),
  )
  const prose = text.replaceAll(/^ *```.*?^ *```/gms, '')
  const inline = [...prose.matchAll(/`(npx sketch-search [^`]+)`/g)].map(([, command]) => command!)
  return [...new Set([...lines, ...inline])].filter((line) => line !== '')
}
