/**
 * `npm run package [-- FOLDER]`: writes `sketch-search-VERSION.tgz`, one package that npm installs anywhere: the server as JavaScript (Node runs no
 * TypeScript inside `node_modules`), the built page, the model.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const target = resolve(process.argv[2] ?? ROOT)
mkdirSync(target, { recursive: true })
const stage = mkdtempSync(join(tmpdir(), 'sketch-search-package-'))
try {
  run('typescript/bin/tsc', ['-p', 'server/tsconfig.package.json', '--outDir', join(stage, 'lib')])
  copyPrograms(join(ROOT, 'server/src'), join(stage, 'lib'))
  run('vite/bin/vite.js', [
    'build',
    'web',
    '--logLevel',
    'warn',
    '--outDir',
    join(stage, 'page'),
    '--emptyOutDir',
  ])
  for (const [from, to] of [
    ['server/bin', 'bin'],
    ['server/models', 'models'],
    ['README.md', 'README.md'],
    ['CHANGELOG.md', 'CHANGELOG.md'],
    ['LICENSE', 'LICENSE'],
    ['THIRD-PARTY-NOTICES.md', 'THIRD-PARTY-NOTICES.md'],
  ] as const)
    cpSync(join(ROOT, from), join(stage, to), { recursive: true })
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest(), undefined, 2)}\n`)
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', target], {
    cwd: stage,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  console.log(join(target, packed.trim()))
} finally {
  rmSync(stage, { recursive: true, force: true })
}

function run(program: string, args: string[]): void {
  const { status } = spawnSync(process.execPath, [join(ROOT, 'node_modules', program), ...args], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) process.exit(1)
}

/** What is run, but by others than Node. */
function copyPrograms(from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory() && !['fixtures', 'testing'].includes(entry.name))
      copyPrograms(join(from, entry.name), join(to, entry.name))
    else if (entry.name.endsWith('.py')) cpSync(join(from, entry.name), join(to, entry.name))
  }
}

function manifest(): object {
  const read = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'))
  const { private: _, devDependencies: __, ...own } = read('server/package.json')
  const workspace = read('package.json')
  return {
    ...own,
    description: workspace.description,
    keywords: ['image-search', 'sketch', 'similarity', 'embeddings', 'gallery'],
    files: ['bin', 'lib', 'models', 'page', 'CHANGELOG.md', 'THIRD-PARTY-NOTICES.md'],
    // The Node that runs it, whichever has started it.
    dependencies: { ...own.dependencies, ...workspace.dependencies },
  }
}
