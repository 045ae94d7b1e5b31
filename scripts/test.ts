/**
 * `npm test`: types, lint, unit, integration and browser tests. It finds or installs what it needs and otherwise says
 * what is missing; nothing is skipped in silence. Its last line is `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { provideChromium } from './chromium.ts'
import { providePostgres } from './postgres.ts'
import { providePython } from './python.ts'
import { provideStrace } from './strace.ts'
import { provideTransformers } from './transformers.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const results = { passed: 0, failed: 0, skipped: 0 }

const browser = provideChromium()
if ('problem' in browser) {
  console.error(browser.problem)
  count('Chromium is there', false)
} else {
  process.env.CHROMIUM_PATH = browser.path
}

const python = providePython()
if ('problem' in python) {
  console.error(python.problem)
  count('Python with numpy is there', false)
} else {
  process.env.TEST_PYTHON = python.path
}
const postgres = providePostgres()
if ('problem' in postgres) {
  console.error(postgres.problem)
  count('PostgreSQL with pgvector is there', false)
} else {
  process.env.TEST_POSTGRES = postgres.path
}
const strace = provideStrace()
if ('problem' in strace) {
  console.error(strace.problem)
  count('strace is there', false)
}
const transformers = provideTransformers()
if (transformers !== undefined) {
  console.error(transformers.problem)
  count('@huggingface/transformers is there', false)
}

check('types of the server', 'typescript/bin/tsc', ['-p', '.'])
check('types of the page', 'typescript/bin/tsc', ['-p', 'web'])
check('types of the browser tests and benchmarks', 'typescript/bin/tsc', ['-p', 'e2e'])
check('lint and format', '@biomejs/biome/bin/biome', ['ci', '--error-on-warnings', '.'])
check('generated files are up to date', '../scripts/generate.ts', ['--check'])
// Tests start several servers at once; each would build it.
check('the page is built', 'vite/bin/vite.js', ['build', 'web', '--logLevel', 'warn'])
vitest()

const skipped = results.skipped === 0 ? '' : `, ${results.skipped} skipped`
console.log(`${results.passed} passed, ${results.failed} failed${skipped}`)
process.exitCode = results.failed === 0 ? 0 : 1

function check(name: string, program: string, args: string[]): void {
  console.log(`— ${name}`)
  count(name, node(program, args) === 0)
}

function vitest(): void {
  const directory = mkdtempSync(join(tmpdir(), 'sketch-search-results-'))
  const report = join(directory, 'results.json')
  const code = node('vitest/vitest.mjs', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'))
    results.passed += numPassedTests
    results.failed += numFailedTests
    results.skipped += numPendingTests
    // A file that does not even load has no failed test in it.
    if (code !== 0 && numFailedTests === 0) count('Vitest', false)
  } catch {
    count('Vitest', false)
  }
  rmSync(directory, { recursive: true, force: true })
}

function node(program: string, args: string[]): number | null {
  const script = join(ROOT, 'node_modules', program)
  return spawnSync(process.execPath, [script, ...args], { cwd: ROOT, stdio: 'inherit' }).status
}

function count(name: string, isPassed: boolean): void {
  results[isPassed ? 'passed' : 'failed']++
  if (!isPassed) console.error(`✗ ${name}`)
}
