/**
 * `npm test` checks types, lint and generated files, and runs all tests that take no longer than minutes; `npm run test:long`
 * runs the others (`--long`). Both find or install what they need and otherwise print what is missing; no test is skipped
 * silently. Files with a failure run once more, one at a time: a test that passes only then counts as passed and is listed
 * after `Passed only alone:`. At the end are the slowest files, the failures after the line `Failed:`, and `N passed, N failed`
 * as the last line.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { provideChromium } from './chromium.ts'
import { provideNginx } from './nginx.ts'
import { findCitus, providePostgres } from './postgres.ts'
import { providePython } from './python.ts'
import { provideStrace } from './strace.ts'
import { type Project, SHORT_PROJECTS } from './test-projects.ts'
import {
  type Failure,
  failedFiles,
  failureLines,
  failuresIn,
  slowestFiles,
  type VitestReport,
  withRepeated,
} from './test-report.ts'
import { provideTransformers } from './transformers.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** More failing files than this point to a fault of the code. */
const MAX_REPEATED_FILES = 4
const isLong = process.argv.includes('--long')
const results = { passed: 0, failed: 0, skipped: 0 }
/** Printed once more at the end, where the tail of a log still shows them. */
const failures: Failure[] = []
/** Failed beside other tests and passed alone. */
const unsteady: Failure[] = []

provide('Chromium', provideChromium(), 'CHROMIUM_PATH')
provide('Python with numpy', providePython(), 'TEST_PYTHON')
const transformers = provideTransformers()
if (transformers !== undefined) provide('@huggingface/transformers', transformers)
if (isLong) {
  provide('PostgreSQL with pgvector', providePostgres(), 'TEST_POSTGRES')
  const citus = findCitus()
  if ('problem' in citus) console.log(`The tests on several nodes are not run. ${citus.problem}`)
  provide('strace', provideStrace())
  provide('nginx', provideNginx(), 'NGINX_PATH')
  await check('the page is built', 'vite/bin/vite.js', ['build', 'web', '--logLevel', 'warn'])
  await vitest(['long'])
} else {
  // Tests start several servers at once; each would build it.
  await check('the page is built', 'vite/bin/vite.js', ['build', 'web', '--logLevel', 'warn'])
  await Promise.all([checks(), vitest(SHORT_PROJECTS)])
}
if (results.skipped > 0) console.log(`${results.skipped} skipped, each with its reason in its title`)
if (unsteady.length > 0) console.log(['Passed only alone:', ...unsteady.flatMap(failureLines)].join('\n'))
if (failures.length > 0) console.log(['Failed:', ...failures.flatMap(failureLines)].join('\n'))
console.log(`${results.passed} passed, ${results.failed} failed`)
process.exitCode = results.failed === 0 ? 0 : 1

/** Records what was found, or that it is missing. */
function provide(name: string, found: { path: string } | { problem: string }, variable?: string): void {
  if ('path' in found) {
    if (variable !== undefined) process.env[variable] = found.path
    return
  }
  count(`${name} is there`, false, found.problem)
}

/** Run while the slowest tests wait for a browser. */
async function checks(): Promise<void> {
  // The next run checks what has changed since.
  await check('types', 'typescript/bin/tsc', ['-p', '.', '--incremental'])
  await check('types of the page', 'typescript/bin/tsc', ['-p', 'web', '--incremental'])
  await check('lint and format', '@biomejs/biome/bin/biome', ['ci', '--error-on-warnings', '.'])
  await check('generated files are up to date', '../scripts/generate.ts', ['--check'])
}

async function check(name: string, program: string, args: string[]): Promise<void> {
  const { code, output } = await node(program, args, 'pipe')
  if (code === 0 && output !== '') console.log(output)
  count(name, code === 0, output)
  if (code === 0) console.log(`✓ ${name}`)
}

async function vitest(projects: readonly Project[]): Promise<void> {
  const first = await runVitest(projects.map((project) => `--project=${project}`))
  if (first === undefined) return
  const failed = failedFiles(first.report, ROOT)
  const isRepeated = failed.length > 0 && failed.length <= MAX_REPEATED_FILES
  const second = isRepeated ? await runVitest([...failed, '--no-file-parallelism']) : undefined
  const report = second === undefined ? first.report : withRepeated(first.report, second.report)
  results.passed += report.numPassedTests
  results.failed += report.numFailedTests
  results.skipped += report.numPendingTests
  failures.push(...failuresIn(report, ROOT))
  console.log(['Slowest files:', ...slowestFiles(first.report, ROOT)].join('\n'))
  if (second !== undefined) {
    const stillFailed = new Set(failuresIn(report, ROOT).map(({ name }) => name))
    unsteady.push(...failuresIn(first.report, ROOT).filter(({ name }) => !stillFailed.has(name)))
  }
  // A file that does not even load has no failed test in it.
  const { isPassed } = second ?? first
  if (!isPassed && report.numFailedTests === 0) count('Vitest', false, 'see its output above')
}

/** Returns undefined, after having counted a failure, if there is no report. */
async function runVitest(
  choice: readonly string[],
): Promise<{ report: VitestReport; isPassed: boolean } | undefined> {
  const directory = mkdtempSync(join(tmpdir(), 'sketch-search-results-'))
  const file = join(directory, 'results.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const { code } = await node('vitest/vitest.mjs', ['run', ...choice, ...reporters], 'inherit')
  try {
    return { report: JSON.parse(readFileSync(file, 'utf8')), isPassed: code === 0 }
  } catch (error) {
    count('Vitest', false, inspect(error))
    return undefined
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** @param output `pipe` returns what is printed, so that it does not mix with what others print */
function node(
  program: string,
  args: string[],
  output: 'pipe' | 'inherit',
): Promise<{ code: number | null; output: string }> {
  const script = join(ROOT, 'node_modules', program)
  const child = spawn(process.execPath, [script, ...args], { cwd: ROOT, stdio: ['ignore', output, output] })
  const printed: Buffer[] = []
  child.stdout?.on('data', (bytes) => printed.push(bytes))
  child.stderr?.on('data', (bytes) => printed.push(bytes))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output: Buffer.concat(printed).toString().trim() }))
  })
}

/** @param output what the failed step printed */
function count(name: string, isPassed: boolean, output = ''): void {
  results[isPassed ? 'passed' : 'failed']++
  if (isPassed) return
  console.error(`✗ ${name}\n${output}`)
  failures.push({ name, error: output })
}
