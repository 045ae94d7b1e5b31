import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join, posix, sep } from 'node:path'
import { parseSync, Visitor } from 'rolldown/utils'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const MAX_LINES = 350
const MAX_FUNCTION_LINES = 80

/**
 * Modules from top to bottom, by folder or file. A module imports those in the rows below its own, none of the same row.
 * See ARCHITECTURE.md for what each holds.
 */
const ROWS: readonly (readonly string[])[] = [
  ['scripts/record.ts', 'scripts/images.ts'],
  ['bench', 'scripts/recording', 'scripts/images'],
  ['e2e'],
  ['scripts'],
  ['server/src/main.ts', 'web/src/main.tsx'],
  ['server/src/commands', 'web/src/router.tsx'],
  ['server/src/admin', 'web/src/app'],
  [
    'server/src/app',
    ...['gallery', 'sketch', 'region', 'query', 'upload', 'auth', 'admin', 'status'].map(
      (name) => `web/src/${name}`,
    ),
  ],
  ['server/src/http', 'server/src/cluster', 'server/src/evaluation', 'web/src/state'],
  ['server/src/sync', 'server/src/search', 'server/src/images', 'server/src/auth', 'web/src/api'],
  ['server/src/indexing', 'web/src/components'],
  ['server/src/storage', 'web/src/messages'],
  ['server/src/catalog', 'server/src/accounts', 'server/src/saved-queries'],
  ['server/src/database'],
  ['server/src/embedding'],
  ['server/src/gallery'],
  ['server/src/config'],
  ['server/src/contract'],
  [
    'server/src/log.ts',
    'server/src/events.ts',
    'server/src/hashing.ts',
    'server/src/vector-math.ts',
    'server/src/threads.ts',
    'server/src/addresses.ts',
    'server/src/suggestions.ts',
    'server/src/remote-errors.ts',
  ],
  ['server/src/errors.ts', 'server/src/timings.ts', 'server/src/version.ts', 'server/src/counted.ts'],
]

/** A vendor library appears in one module of the server. Kysely is the language of the stores, too. */
const VENDORS: Record<string, readonly string[]> = {
  commander: ['main.ts', 'commands'],
  hono: ['http', 'auth'],
  '@hono/node-server': ['http'],
  '@fastify/busboy': ['http'],
  '@hono/zod-openapi': ['http', 'auth', 'contract'],
  'pg-boss': ['cluster'],
  nodemailer: ['auth'],
  'rate-limiter-flexible': ['auth'],
  usearch: ['catalog'],
  kysely: ['database', 'catalog', 'accounts', 'saved-queries', 'cluster'],
  pg: ['database'],
  'node:sqlite': ['database'],
  'onnxruntime-node': ['embedding'],
  '@huggingface/tokenizers': ['embedding'],
  '@huggingface/transformers': ['embedding'],
  pbf: ['embedding'],
  yauzl: ['embedding'],
  sharp: ['gallery'],
  'libheif-js': ['gallery'],
  'libraw-wasm': ['gallery'],
  picomatch: ['gallery'],
  '@parcel/watcher': ['gallery'],
  pdfkit: ['images'],
  fontkit: ['images'],
  'bidi-js': ['images'],
  yaml: ['config'],
  pino: ['log.ts'],
  'ipaddr.js': ['addresses.ts'],
  'fastest-levenshtein': ['suggestions.ts'],
  'p-retry': ['database'],
  'exif-reader': ['gallery'],
  '@rgrove/parse-xml': ['gallery'],
  'prom-client': ['http'],
  'range-parser': ['http'],
  'content-disposition': ['http'],
  'lru-cache': ['gallery', 'database'],
  'pino-pretty': ['log.ts'],
  thumbhash: ['gallery'],
}
/** Libraries that any module may use, as parts of the language: schemas of values, limits of time and number for promises. */
const ANYWHERE = ['zod', 'p-limit', 'p-timeout']

interface Import {
  from: string
  to: string
  isType: boolean
}

const files = globSync('{server/src,web/src,scripts,bench,e2e}/**/*.{ts,tsx}', { cwd: ROOT })
  .map((file) => file.split(sep).join('/'))
  .sort()
const isTest = (file: string) => /\.(test|contract)\.tsx?$|\/(testing|fixtures)\//.test(file)
const sources = files.filter((file) => !isTest(file))
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8')
/** Builds the environment of child processes, which inherit everything but telemetry. */
const PASSES_ENVIRONMENT = 'server/src/embedding/telemetry.ts'

const imports = files.flatMap(importsOf)

it('imports point down the table of modules', () => {
  const found = imports
    .filter(({ from, to }) => !isTest(from) && to.startsWith('.'))
    .map(({ from, to }) => ({ from, to: resolvePath(from, to) }))
    .filter(({ from, to }) => isUpOrSideways(from, to))
  expect(describe(found)).toEqual([])
})

it('every source file belongs to a module', () => {
  expect(sources.filter((file) => moduleOf(file) === undefined)).toEqual([])
})

it('a vendor library stays in its module', () => {
  const found = imports
    .filter(({ from }) => !isTest(from) && from.startsWith('server/src/'))
    .filter(({ from, to }) => {
      const vendor = Object.keys(VENDORS).find((name) => to === name || to.startsWith(`${name}/`))
      return vendor !== undefined && !VENDORS[vendor]!.includes(from.split('/')[2]!)
    })
  expect(describe(found)).toEqual([])
})

it('every dependency of the server is limited to its module, or named as one that any module may use', () => {
  const { dependencies, peerDependencies } = JSON.parse(textOf('server/package.json'))
  const named = [...Object.keys(VENDORS), ...ANYWHERE].filter((name) => !name.startsWith('node:'))
  expect(Object.keys({ ...dependencies, ...peerDependencies }).sort()).toEqual(named.sort())
})

it('the page imports only types from the server', () => {
  const found = imports
    .filter(
      ({ from, to, isType }) => !isTest(from) && !isType && to.startsWith('.') && from.startsWith('web/'),
    )
    .map(({ from, to }) => ({ from, to: resolvePath(from, to) }))
    .filter(({ to }) => to.startsWith('server/'))
  expect(describe(found)).toEqual([])
})

it('only configuration and commands read the environment', () => {
  const found = sources
    .filter((file) => /^(server|web)\/src\/(?!config\/|commands\/)/.test(file))
    .filter((file) => textOf(file).includes('process.env'))
  expect(found).toEqual([PASSES_ENVIRONMENT])
})

it('no files import each other in a circle, types included', () => {
  expect(cycles()).toEqual([])
})

it(`no source file is longer than ${MAX_LINES} lines`, () => {
  const found = sources.filter((file) => textOf(file).split('\n').length - 1 > MAX_LINES)
  expect(found).toEqual([])
})

it(`no function is longer than ${MAX_FUNCTION_LINES} lines`, () => {
  const found = sources.flatMap(functionsOf).filter(({ lines }) => lines > MAX_FUNCTION_LINES)
  expect(found).toEqual([])
})

it('no file, export or dependency is unused', () => {
  const { stdout } = spawnSync(process.execPath, [join(ROOT, 'node_modules/knip/bin/knip.js')], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  expect(stdout).toBe('')
})

/** Returns the functions of a file by name, nested ones included. */
function functionsOf(file: string): { name: string; lines: number }[] {
  const text = textOf(file)
  const found: { name: string; lines: number }[] = []
  const names: string[] = []
  const add = ({ start, end }: { start: number; end: number }, name = names.at(-1) ?? 'anonymous') => {
    found.push({ name: `${file} ${name}`, lines: text.slice(start, end).split('\n').length })
  }
  new Visitor({
    VariableDeclarator: ({ id }) => void names.push(id.type === 'Identifier' ? id.name : ''),
    'VariableDeclarator:exit': () => void names.pop(),
    MethodDefinition: ({ key }) => void names.push('name' in key ? String(key.name) : ''),
    'MethodDefinition:exit': () => void names.pop(),
    FunctionDeclaration: (node) => add(node, node.id?.name),
    FunctionExpression: (node) => add(node),
    ArrowFunctionExpression: (node) => add(node),
  }).visit(parseSync(file, text).program)
  return found
}

function importsOf(from: string): Import[] {
  const text = textOf(from)
  const statements = [...text.matchAll(/^(?:import|export)\s+(type\s)?([^'"]*?)\s*from '([^']+)'/gm)].map(
    ([, isType, names, to]) => ({ from, to: to!, isType: isType !== undefined || hasOnlyTypes(names!) }),
  )
  const others = [...text.matchAll(/(?:\bimport\(|^import )'([^']+)'/gm)].map(([, to]) => ({
    from,
    to: to!,
    isType: false,
  }))
  return [...statements, ...others]
}

/** @param names such as `{ type A, type B }` */
function hasOnlyTypes(names: string): boolean {
  const list = /^\{([^}]*)\}$/.exec(names)?.[1]?.split(',') ?? []
  const named = list.map((name) => name.trim()).filter((name) => name !== '')
  return named.length > 0 && named.every((name) => name.startsWith('type '))
}

function resolvePath(from: string, to: string): string {
  return posix.join(posix.dirname(from), to)
}

function moduleOf(file: string): string | undefined {
  return ROWS.flat().find((name) => file === name || file.startsWith(`${name}/`))
}

function isUpOrSideways(from: string, to: string): boolean {
  const [above, below] = [moduleOf(from), moduleOf(to)]
  if (above === undefined || below === undefined || above === below) return false
  // Types of the server reach the page; values are checked by a test of their own.
  if (from.startsWith('web/') && to.startsWith('server/')) return false
  const rowOf = (name: string) => ROWS.findIndex((row) => row.includes(name))
  return rowOf(below) <= rowOf(above)
}

function describe(found: readonly { from: string; to: string }[]): string[] {
  return [...new Set(found.map(({ from, to }) => `${from} → ${to}`))].sort()
}

/** Groups of files that reach each other (Tarjan 1972). */
function cycles(): string[] {
  const graph = Map.groupBy(
    imports
      .filter(({ to }) => to.startsWith('.'))
      .map(({ from, to }) => ({ from, to: resolvePath(from, to) })),
    ({ from }) => from,
  )
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const groups: string[][] = []
  for (const file of files) if (!index.has(file)) visit(file)
  return groups.map((group) => group.sort().join(' ↔ ')).sort()

  function visit(file: string): void {
    index.set(file, index.size)
    low.set(file, index.get(file)!)
    stack.push(file)
    for (const { to } of graph.get(file) ?? []) {
      if (!index.has(to)) visit(to)
      if (stack.includes(to)) low.set(file, Math.min(low.get(file)!, low.get(to)!))
    }
    if (low.get(file) !== index.get(file)) return
    const group = stack.splice(stack.indexOf(file))
    if (group.length > 1 || graph.get(file)?.some(({ to }) => to === file)) groups.push(group)
  }
}
