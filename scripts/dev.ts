/**
 * `npm run dev -- FOLDER`: starts the server, restarts it when its sources change, and starts Vite with hot reload in front of
 * it.
 */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const web = join(root, 'web')
const vite = join(
  createRequire(join(web, 'package.json')).resolve('vite/package.json'),
  '..',
  'bin',
  'vite.js',
)
const main = join(root, 'server/src/main.ts')

const children = [
  spawn(
    process.execPath,
    ['--watch-path', join(root, 'server/src'), main, 'serve', ...process.argv.slice(2)],
    { stdio: 'inherit', env: { ...process.env, SERVER__DEV: 'true' } },
  ),
  spawn(process.execPath, [vite], { cwd: web, stdio: 'inherit' }),
]
for (const child of children) {
  child.on('exit', (code) => {
    for (const other of children) other.kill()
    process.exitCode = code ?? 0
  })
}
