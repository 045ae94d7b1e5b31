#!/usr/bin/env -S node --max-semi-space-size=4
// An installed package holds JavaScript in lib/; in a checkout Node 24 runs the TypeScript in src/ directly. Started by an older Node,
// this hands over to the one that npm installed beside us (the `node` package), so that any Node from 20 on can start the product.
// Node lets what is young grow to 128 MB in the server's thread alone before it tidies up; with 4 MB the server is as fast and a quarter smaller.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module, { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// A few of the threads that wait for disks may hang with a drive; Node's four would be gone at once.
process.env.UV_THREADPOOL_SIZE ??= '16'

const NEEDED_MAJOR = 24
if (Number.parseInt(process.versions.node, 10) >= NEEDED_MAJOR) {
  keepCompiled()
  const built = new URL('../lib/main.js', import.meta.url)
  await import(existsSync(built) ? built : new URL('../src/main.ts', import.meta.url))
} else {
  handOver(packagedNode())
}

/** What has been compiled is kept for the next start, of this and of the processes that it starts; where nothing can be written, it is not. */
function keepCompiled() {
  // Not in the system's folder for temporary files, where others could lay something there before.
  const directory = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sketch-search', 'compiled')
  const { status } = module.enableCompileCache(directory)
  if (status === module.constants.compileCacheStatus.ENABLED) process.env.NODE_COMPILE_CACHE = directory
}

function packagedNode() {
  try {
    return createRequire(import.meta.url).resolve('node/bin/node')
  } catch {
    console.error(
      `sketch-search needs Node ${NEEDED_MAJOR} and was started by ${process.version}. Run "npm ci", which brings it, or install Node ${NEEDED_MAJOR}.`,
    )
    process.exit(1)
  }
}

function handOver(node) {
  const own = fileURLToPath(import.meta.url)
  const child = spawn(node, [...process.execArgv, own, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
}
