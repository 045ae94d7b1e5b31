import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { documents, ROOT } from './documents.ts'

/** As GitHub names the headings of a page. */
function anchorsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8').replaceAll(/^```.*?^```/gms, '')
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe.each(documents().map((file) => [relative(ROOT, file), file]))('%s', (_, file) => {
  const text = readFileSync(file, 'utf8').replaceAll(/^```.*?^```/gms, '')
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!)

  it('links to what is there', () => {
    const broken = links
      .filter((target) => !/^https?:/.test(target))
      .filter((target) => {
        const [path = '', anchor] = target.split('#')
        const linked = path === '' ? file : join(dirname(file), decodeURIComponent(path))
        if (!existsSync(linked)) return true
        return anchor !== undefined && !anchorsOf(linked).includes(anchor)
      })
    expect(broken).toEqual([])
  })

  it('has a title, and names no file that is not there', () => {
    expect(text).toMatch(/^# \S/)
    const named = [
      ...text.matchAll(/`((?:server|web|e2e|bench|scripts|docs|model|examples)\/[\w./-]+\.\w+)`/g),
    ]
    expect(named.map(([, path]) => path!).filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })
})

describe('docs/dependencies.md', () => {
  it('names what the package.json files name, at the same versions', () => {
    const text = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8')
    const rows = [...text.matchAll(/^\| (\S+) (\d\S*) \| .* \| (\d{4}-\d\d-\d\d) \|$/gm)]
    const named = Object.fromEntries(rows.map(([, name, version]) => [name!, version!]))
    const wanted = ['package.json', 'server/package.json', 'web/package.json'].map((file) => {
      const { dependencies, devDependencies, peerDependencies } = JSON.parse(
        readFileSync(join(ROOT, file), 'utf8'),
      )
      return { ...dependencies, ...devDependencies, ...peerDependencies } as Record<string, string>
    })
    const all = Object.entries(Object.assign({}, ...wanted) as Record<string, string>)
      .filter(([name]) => !name.startsWith('@types/'))
      .map(([name, version]) => [name, version.replace('^', '')])
    expect(named).toEqual(Object.fromEntries(all))
  })
})
