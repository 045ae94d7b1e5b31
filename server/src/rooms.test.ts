import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const SOURCE = import.meta.dirname

/** Each room, and the rooms that it may know (see ARCHITECTURE.md). Every room may know what is shared. */
const MAY_KNOW: Record<string, readonly string[]> = {
  config: [],
  gallery: [],
  embedding: ['config', 'gallery'],
  catalog: ['gallery'],
  auth: ['catalog'],
  search: ['catalog', 'embedding', 'gallery'],
  sync: ['catalog', 'embedding', 'gallery'],
  cluster: ['catalog', 'gallery', 'sync'],
  http: ['auth', 'catalog', 'embedding', 'gallery', 'search', 'sync'],
  'app.ts': [
    'auth',
    'config',
    'gallery',
    'embedding',
    'catalog',
    'search',
    'sync',
    'cluster',
    'http',
    'log.ts',
  ],
  'catalog-administration.ts': ['config', 'catalog'],
  'embedder-administration.ts': ['config', 'embedding', 'catalog'],
  evaluation: ['config', 'gallery', 'embedding', 'search'],
  'log.ts': ['config'],
  'threads.ts': [],
  'file-hash.ts': [],
  'user-administration.ts': ['auth', 'config', 'catalog'],
  commands: [
    'app.ts',
    'user-administration.ts',
    'catalog',
    'catalog-administration.ts',
    'embedder-administration.ts',
    'evaluation',
    'config',
    'http',
    'log.ts',
  ],
  'main.ts': ['commands'],
}
const SHARED = ['errors.ts', 'events.ts', 'threads.ts', 'file-hash.ts', 'timings.ts', 'version.ts']

/** A vendor library appears in one room. */
const VENDORS: Record<string, string> = {
  hono: 'http',
  '@hono/node-server': 'http',
  '@hono/zod-openapi': 'http',
  '@parcel/watcher': 'gallery',
  sharp: 'gallery',
  'libheif-js': 'gallery',
  'libraw-wasm': 'gallery',
  usearch: 'catalog',
  kysely: 'catalog',
  pg: 'catalog',
  'pg-boss': 'cluster',
  'node:sqlite': 'catalog',
  'onnxruntime-node': 'embedding',
  'better-auth': 'auth',
  '@better-auth/kysely-adapter': 'auth',
  nodemailer: 'auth',
  'rate-limiter-flexible': 'auth',
  yauzl: 'embedding',
  pbf: 'embedding',
  yaml: 'config',
  pino: 'log.ts',
}

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !/\.(test|contract)\.ts$/.test(file) && !file.startsWith('testing/'),
)
const roomOf = (file: string) => file.split('/')[0]!
const importsOf = (file: string) =>
  [...readFileSync(join(SOURCE, file), 'utf8').matchAll(/(?:from |import\()'([^']+)'/g)].map(
    (match) => match[1]!,
  )

describe('the rooms', () => {
  it.each(files)('%s knows only the rooms below it', (file) => {
    const room = roomOf(file)
    for (const path of importsOf(file).filter((name) => name.startsWith('.'))) {
      const other = roomOf(relative(SOURCE, resolve(SOURCE, dirname(file), path)))
      const isAllowed = other === room || SHARED.includes(other) || MAY_KNOW[room]?.includes(other)
      expect(isAllowed, `${file} imports ${path}`).toBe(true)
    }
  })

  it('keep each vendor library to themselves, and the environment to the configuration', () => {
    for (const file of files) {
      for (const name of importsOf(file)) {
        const vendor = Object.keys(VENDORS).find((known) => name === known || name.startsWith(`${known}/`))
        if (vendor !== undefined) expect(roomOf(file), `${file} imports ${name}`).toBe(VENDORS[vendor])
      }
      if (roomOf(file) !== 'commands')
        expect(readFileSync(join(SOURCE, file), 'utf8'), file).not.toContain('process.env')
    }
  })
})
