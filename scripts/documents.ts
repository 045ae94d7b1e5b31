import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The pages for users and contributors. */
export function documents(): string[] {
  return ['', 'docs', 'model', 'bench/results'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.md') && !name.startsWith('THIRD-PARTY'))
      .map((name) => join(ROOT, folder, name)),
  )
}

/** The README.md of each module of the source code. */
export function moduleDocuments(): string[] {
  return globSync('{server/src/*,web/src}/README.md', { cwd: ROOT }).map((name) => join(ROOT, name))
}

/** The commands of a page: lines of its shell blocks, and calls of the product in its text. */
export function commandsIn(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const blocks = [...text.matchAll(/^ *```sh\n(.*?)^ *```/gms)].map(([, block]) => block!)
  const lines = blocks.flatMap((block) =>
    block
      // An indented line continues the line before.
      .replaceAll(/\\?\n {8,}/g, ' ')
      .split('\n')
      .map((line) => line.replace(/ # .*/, '').trim()),
  )
  const prose = text.replaceAll(/^ *```.*?^ *```/gms, '')
  const inline = [...prose.matchAll(/`(npx sketch-search [^`]+)`/g)].map(([, command]) => command!)
  return [...new Set([...lines, ...inline])].filter((line) => line !== '')
}
