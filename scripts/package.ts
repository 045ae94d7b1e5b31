/**
 * `npm run package [-- FOLDER]`: writes `sketch-search-VERSION.tgz`, one package that npm installs anywhere: the server as JavaScript (Node runs no
 * TypeScript inside `node_modules`), the built page, the model.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stagePackage } from './stage.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const target = resolve(process.argv[2] ?? ROOT)
mkdirSync(target, { recursive: true })
const stage = mkdtempSync(join(tmpdir(), 'sketch-search-package-'))
try {
  await stagePackage(stage)
  buildPage(join(stage, 'page'))
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', target], {
    cwd: stage,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  console.log(join(target, packed.trim()))
} finally {
  rmSync(stage, { recursive: true, force: true })
}

function buildPage(directory: string): void {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js')
  const { status } = spawnSync(
    process.execPath,
    [vite, 'build', 'web', '--logLevel', 'warn', '--outDir', directory, '--emptyOutDir'],
    { cwd: ROOT, env: { ...process.env, NODE_ENV: 'production' }, stdio: ['ignore', 'inherit', 'inherit'] },
  )
  if (status !== 0) process.exit(1)
}
