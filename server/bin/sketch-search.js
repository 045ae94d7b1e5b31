#!/usr/bin/env -S node --max-semi-space-size=4
// An installed package has JavaScript in lib/. In a checkout, Node 24 runs the TypeScript in src/ directly. If an older Node starts this
// program, it starts itself again with the one that npm installed (the `node` package).
// By default, the young generation of V8's heap may take 128 MB. With 4 MB the server is as fast and needs a quarter less memory.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module, { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// A drive that does not answer blocks threads of this pool. Four, the default, would be blocked at once.
process.env.UV_THREADPOOL_SIZE ??= '16'

const NEEDED_MAJOR = 24
if (Number.parseInt(process.versions.node, 10) >= NEEDED_MAJOR) {
  keepCompiled()
  const built = new URL('../lib/main.js', import.meta.url)
  await import(existsSync(built) ? built : new URL('../src/main.ts', import.meta.url))
} else {
  handOver(packagedNode())
}

/** Keeps compiled code for later starts of this process and its children, if the folder can be written. */
function keepCompiled() {
  // Other users could prepare files in the system's temporary folder.
  const directory = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sketch-search', 'compiled')
  const { status } = module.enableCompileCache(directory)
  if (status === module.constants.compileCacheStatus.ENABLED) process.env.NODE_COMPILE_CACHE = directory
}

function packagedNode() {
  try {
    return createRequire(import.meta.url).resolve('node/bin/node')
  } catch {
    console.error(
      `sketch-search needs Node ${NEEDED_MAJOR} and was started by ${process.version}. Install Node ${NEEDED_MAJOR}, or let npm run the install script of the package "node".`,
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
