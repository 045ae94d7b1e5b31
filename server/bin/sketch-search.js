#!/usr/bin/env -S node --max-semi-space-size=4
// An installed package holds JavaScript in lib/; in a checkout Node 24 runs the TypeScript in src/ directly. Started by an older Node,
// this hands over to the one that npm installed beside us (the `node` package), so that any Node from 20 on can start the product.
// Node lets what is young grow to 128 MB in the server's thread alone before it tidies up; with 4 MB the server is as fast and a quarter smaller.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

// A few of the threads that wait for disks may hang with a drive; Node's four would be gone at once.
process.env.UV_THREADPOOL_SIZE ??= '16'

const NEEDED_MAJOR = 24
const built = fileURLToPath(new URL('../lib/main.js', import.meta.url))
const main = existsSync(built) ? built : fileURLToPath(new URL('../src/main.ts', import.meta.url))

if (Number.parseInt(process.versions.node, 10) >= NEEDED_MAJOR) {
  await import(main)
} else {
  handOver(packagedNode())
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
  const child = spawn(node, [...process.execArgv, main, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
}
