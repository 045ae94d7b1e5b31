import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { documents, moduleDocuments, ROOT } from './documents.ts'
import { testFiles } from './test-projects.ts'

/** Returns the anchors that GitHub gives the headings of a page. */
function anchorsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8').replaceAll(/^```.*?^```/gms, '')
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** Targets of Markdown links, and of pictures in HTML. */
function linksIn(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)|\bsrc(?:set)?="([^"]+)"/g)].map(
    ([, target, picture]) => (target ?? picture)!,
  )
}

const named = (files: string[]) => files.map((file) => [relative(ROOT, file), file] as const)

describe.each(named([...documents(), ...moduleDocuments()]))('%s', (_, file) => {
  const text = readFileSync(file, 'utf8').replaceAll(/^```.*?^```/gms, '')
  const links = linksIn(text)

  it('links to existing pages and headings', () => {
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

  it('has a title, and names only existing files', () => {
    expect(text).toMatch(/^# \S/)
    const paths = [
      ...text.matchAll(/`((?:server|web|e2e|bench|scripts|docs|model|examples)\/[\w./-]+\.\w+)`/g),
    ]
    expect(paths.map(([, path]) => path!).filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })
})

describe.each(named(moduleDocuments()))('%s', (_, file) => {
  const text = readFileSync(file, 'utf8')

  it('has at most 60 lines', () => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(60)
  })

  it('names only files that exist, in its module or below `server/src`', () => {
    const module = dirname(file)
    const names = [...text.matchAll(/`([\w./-]+\.(?:tsx?|py))`/g)].map(([, name]) => name!)
    const existing = globSync('**/*.{ts,tsx,py}', { cwd: module })
    const isFound = (name: string) =>
      existing.some((path) => path === name || path.endsWith(`/${name}`)) ||
      [module, ROOT, join(ROOT, 'server/src')].some((folder) => existsSync(join(folder, name)))
    expect(names.filter((name) => !isFound(name))).toEqual([])
  })
})

describe('README.md', () => {
  it('introduces the product in at most 500 words', () => {
    const [introduction] = readFileSync(join(ROOT, 'README.md'), 'utf8').split('## Command line')
    expect(introduction!.split(/\s+/).length).toBeLessThanOrEqual(500)
  })
})

describe('docs/ and bench/results/', () => {
  const folders = ['docs', 'bench/results'].map((folder) => join(ROOT, folder))
  it.each(named(documents().filter((file) => folders.includes(dirname(file)))))(
    '%s begins with the questions that it answers',
    (_, file) => {
      expect(readFileSync(file, 'utf8')).toMatch(/^# .+\n\nThis page answers: .+\?$/m)
    },
  )
})

describe('bench/results/', () => {
  const report = join(ROOT, 'bench/results/report.md')
  const text = readFileSync(report, 'utf8')

  it('is linked from its report', () => {
    const linked = linksIn(text).map((target) => target.split('#')[0])
    const pages = globSync('*.md', { cwd: dirname(report) }).filter((name) => name !== 'report.md')
    expect(pages.filter((name) => !linked.includes(name))).toEqual([])
  })

  it('names the version and the day of each key figure', () => {
    const [, figures] = /^## Key figures\n\n(.*?)\n\n/ms.exec(text)!
    const rows = figures!.split('\n').slice(2)
    expect(rows.length).toBeGreaterThan(3)
    expect(rows.filter((row) => !/version.*, \d{4}-\d\d-\d\d \|$/.test(row))).toEqual([])
  })

  it('names `npm test` only beside pages whose tests it runs', () => {
    const { long } = testFiles()
    const pages = text
      .split('\n')
      .filter((row) => row.startsWith('|') && row.includes('`npm test`'))
      .flatMap(linksIn)
      .map((name) => readFileSync(join(dirname(report), name), 'utf8'))
    const tests = pages.flatMap((page) =>
      [...page.matchAll(/`([\w./-]+\.test\.ts)`/g)].map(([, name]) => name!),
    )
    expect(tests.filter((name) => long.includes(name))).toEqual([])
  })
})

describe('docs/', () => {
  it('troubleshooting.md quotes messages that the product prints', () => {
    const text = readFileSync(join(ROOT, 'docs/troubleshooting.md'), 'utf8')
    const quoted = [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, message]) => message!)
    const sources = globSync('server/src/**/*.ts', { cwd: ROOT })
      .filter((file) => !file.endsWith('.test.ts'))
      .map((file) => readFileSync(join(ROOT, file), 'utf8'))
    expect(quoted.length).toBeGreaterThan(5)
    expect(quoted.filter((message) => !sources.some((source) => source.includes(message)))).toEqual([])
  })
})

describe('docs/dependencies.md', () => {
  it('names what the package.json files name, at the same versions', () => {
    const text = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8')
    const rows = [...text.matchAll(/^\| (\S+) (\d\S*) \| .* \| (\d{4}-\d\d-\d\d) \|$/gm)]
    const listed = Object.fromEntries(rows.map(([, name, version]) => [name!, version!]))
    const wanted = ['package.json', 'server/package.json', 'web/package.json'].map((file) => {
      const { dependencies, devDependencies, peerDependencies } = JSON.parse(
        readFileSync(join(ROOT, file), 'utf8'),
      )
      return { ...dependencies, ...devDependencies, ...peerDependencies } as Record<string, string>
    })
    const all = Object.entries(Object.assign({}, ...wanted) as Record<string, string>)
      .filter(([name]) => !name.startsWith('@types/'))
      .map(([name, version]) => [name, version.replace('^', '')])
    expect(listed).toEqual(Object.fromEntries(all))
  })
})

describe('files beside the pages', () => {
  const linked = new Set(
    documents().flatMap((file) =>
      linksIn(readFileSync(file, 'utf8')).map((target) => join(dirname(file), target.split('#')[0]!)),
    ),
  )

  it.each(['docs/images/*', 'bench/results/*.{md,svg}'])('%s are shown or linked by a page', (pattern) => {
    const files = globSync(pattern, { cwd: ROOT }).map((name) => join(ROOT, name))
    expect(files.length).toBeGreaterThan(0)
    expect(files.filter((file) => !linked.has(file)).map((file) => relative(ROOT, file))).toEqual([])
  })
})
