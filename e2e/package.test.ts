import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { picture, writeSettled } from '../server/src/testing/pictures.ts'
import { temporaryDirectory } from '../server/src/testing/temporary.ts'
import { VERSION } from '../server/src/version.ts'
import { untilIndexed } from './support/demo.ts'
import { CHECKOUT, startProduct } from './support/product.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

interface Locked {
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  hasInstallScript?: boolean
}

/** Returns where npm has put a package for the one that is at `from`. */
function pathOf(name: string, from: string, packages: Record<string, Locked>): string | undefined {
  for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/')))) {
    const path = place === '' ? `node_modules/${name}` : `${place}/node_modules/${name}`
    if (path in packages) return path
    if (place === '') return undefined
  }
}

/** Installs the package as npm does, but with the dependencies of the checkout. */
async function install(): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'sketch-search-package-test-')))
  const packed = execFileSync(process.execPath, [join(ROOT, 'scripts/package.ts'), directory], {
    encoding: 'utf8',
  })
  const modules = join(directory, 'node_modules')
  const own = join(modules, 'sketch-search')
  mkdirSync(own, { recursive: true })
  execFileSync('tar', ['-xzf', packed.trim(), '-C', own, '--strip-components=1'])
  const { dependencies } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8'))
  for (const name of Object.keys(dependencies)) {
    mkdirSync(join(modules, name, '..'), { recursive: true })
    const places = [join(ROOT, 'server/node_modules', name), join(ROOT, 'node_modules', name)]
    symlinkSync(places.find((place) => existsSync(place))!, join(modules, name))
  }
  return own
}

describe('the package', () => {
  let installed: string
  beforeAll(async () => {
    installed = await install()
  })
  afterAll(() => rm(join(installed, '../..'), { recursive: true, force: true }))

  it('declares all its dependencies, and contains no tests', () => {
    const { dependencies, ...rest } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
    expect(rest).toMatchObject({ name: 'sketch-search', version: VERSION, license: 'MIT' })
    expect(rest).not.toHaveProperty('private')
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
    expect(files.filter((file) => /\.ts$|\.test\.|testing|fixture/.test(file))).toEqual([])
    for (const file of [
      'LICENSE',
      'README.md',
      'CHANGELOG.md',
      'THIRD-PARTY-NOTICES.md',
      'sbom.cdx.json',
      'page/index.html',
      'fonts/400Regular/Arimo_400Regular.ttf',
      'fonts/700Bold/Arimo_700Bold.ttf',
      'fonts/LICENSE_FONT',
    ])
      expect(files).toContain(file)
    const imported = files
      .filter((file) => file.startsWith('lib') && file.endsWith('.js'))
      .flatMap((file) => readFileSync(join(installed, file), 'utf8').split('\n'))
      .filter((line) => !/^\s*(\*|\/\/)/.test(line))
      .flatMap((line) => [
        ...line.matchAll(
          /(?:^import |^import .* from |^export .* from |\bimport\(|require\(|createRequire\(.*\)(?:\.resolve)?\()"([^".][^"]*)"/g,
        ),
      ])
      .map(([, name]) =>
        name!
          .split('/')
          .slice(0, name!.startsWith('@') ? 2 : 1)
          .join('/'),
      )
    const others = new Set(imported.filter((name) => !isBuiltin(name)))
    const named = Object.keys(dependencies).filter((name) => name !== 'node')
    // Without pg-native, pg uses its own code; vite builds the page, which the package contains.
    const unneeded = ['pg-native', 'vite']
    expect([...others].sort()).toEqual([...named, ...unneeded].sort())
  })

  it('depends on nothing that reports its installation', () => {
    const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, Locked>
    }
    const paths = new Set<string>()
    const collect = (name: string, from: string) => {
      const path = pathOf(name, from, packages)
      if (path === undefined || paths.has(path)) return
      paths.add(path)
      const { dependencies, optionalDependencies } = packages[path]!
      for (const other of Object.keys({ ...dependencies, ...optionalDependencies })) collect(other, path)
    }
    for (const name of Object.keys(dependencies)) collect(name, 'server')
    expect(paths).toContain('node_modules/onnxruntime-common')
    expect(paths).not.toContain('node_modules/@scarf/scarf')
    // Each script has been reviewed: docs/dependencies.md describes it.
    const withScript = [...paths].filter((path) => packages[path]!.hasInstallScript)
    expect(withScript.toSorted()).toEqual(
      ['@parcel/watcher', 'node', 'onnxruntime-node', 'usearch'].map((name) => `node_modules/${name}`),
    )
  })

  it.each(['package', 'checkout'] as const)(
    '%s serves its page, indexes and searches, started by any installed Node',
    async (kind) => {
      const gallery = await temporaryDirectory()
      for (let n = 0; n < 5; n++) await writeSettled(join(gallery, `${n}.png`), await picture(n))
      const product = await startProduct(gallery, await temporaryDirectory(), {}, [
        'node',
        kind === 'package' ? join(installed, 'bin/sketch-search.js') : CHECKOUT,
      ])
      onTestFinished(async () => void (await product.stop()))
      const { url } = product
      await untilIndexed(url, 5)
      expect(await (await fetch(url)).text()).toContain('<title>Sketch-Search')
      expect(await (await fetch(`${url}/docs`)).text()).toContain('<title>Sketch-Search: HTTP API')
      for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js'])
        expect((await fetch(`${url}/api/docs/${file}`)).status).toBe(200)
      const { images } = (await (await fetch(`${url}/api/images`)).json()) as { images: { id: string }[] }
      const found = await fetch(`${url}/api/images/search-by-image`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ image_id: images[0]!.id, top_k: 5, query: {} }),
      })
      expect(await found.json()).toMatchObject({ total: 5 })
    },
  )
})
