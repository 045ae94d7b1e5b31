import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DomainError } from '../errors.ts'

const WEB = fileURLToPath(new URL('../../../web', import.meta.url))
const SOURCES = ['src', 'public', 'index.html', 'vite.config.ts', 'package.json']

/**
 * In a checkout, builds the page if there is none. An installed package contains the built page and no sources.
 * @param options.evenIfStale also builds a page whose sources have changed since
 * @throws {DomainError} `unavailable` if it can't be built
 */
export async function ensurePageIsBuilt(
  log: (message: string) => void,
  { evenIfStale }: { evenIfStale: boolean },
): Promise<void> {
  const isCheckout = existsSync(join(WEB, 'src'))
  const isNeeded = evenIfStale ? isStale() : !existsSync(join(WEB, 'dist', 'index.html'))
  if (!isCheckout || !isNeeded) return
  log('Building the page …')
  const output = await build()
  if (output !== undefined) throw new DomainError('unavailable', `The page can't be built:\n${output}`)
}

function isStale(): boolean {
  const built = statSync(join(WEB, 'dist', 'index.html'), { throwIfNoEntry: false })
  return built === undefined || SOURCES.some((source) => newestIn(join(WEB, source)) > built.mtimeMs)
}

function newestIn(path: string): number {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))))
}

/** @returns the output of Vite if it failed */
function build(): Promise<string | undefined> {
  const vite = join(
    createRequire(join(WEB, 'package.json')).resolve('vite/package.json'),
    '..',
    'bin',
    'vite.js',
  )
  return new Promise((resolve) => {
    // In another mode, such as that of tests, the page would contain React for development.
    const env = { ...process.env, NODE_ENV: 'production' }
    const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: WEB, env })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
    child.on('error', (error) => resolve(error.message))
    child.on('exit', (code) => resolve(code === 0 ? undefined : output))
  })
}
