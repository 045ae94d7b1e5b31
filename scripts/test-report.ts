/** Reads Vitest's JSON report: numbers, slowest files, and failures for the end of the output. */
import { isAbsolute, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/** Enough to name the assertion, the values, and the line of the test. */
const MAX_ERROR_LINES = 8
const MAX_ERROR_COLUMNS = 200
const MAX_SLOWEST = 10

/** Parts of the JSON report; times are milliseconds. */
export interface VitestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  testResults: readonly FileResult[]
}

interface FileResult {
  name: string
  status: string
  /** Why the file could not be loaded */
  message: string
  startTime: number
  endTime: number
  assertionResults: readonly { fullName: string; status: string; failureMessages: readonly string[] | null }[]
}

export interface Failure {
  name: string
  error: string
}

/** Returns the failed tests, and the files that could not be loaded or whose set-up failed. */
export function failuresIn(report: VitestReport, root: string): Failure[] {
  return report.testResults.flatMap((file) => {
    const path = pathIn(root, file.name)
    const tests = file.assertionResults.filter(isFailed).map(({ fullName, failureMessages }) => ({
      name: `${path} > ${fullName}`,
      error: failureMessages?.join('\n') ?? '',
    }))
    if (tests.length > 0 || file.status !== 'failed') return tests
    return [{ name: path, error: file.message }]
  })
}

/** Returns the paths of the files with a failure. */
export function failedFiles(report: VitestReport, root: string): string[] {
  return report.testResults
    .filter(({ status, assertionResults }) => status === 'failed' || assertionResults.some(isFailed))
    .map(({ name }) => pathIn(root, name))
}

/** Returns the report with the files of `repeated` in place of their first results, and the numbers that follow. */
export function withRepeated(report: VitestReport, repeated: VitestReport): VitestReport {
  const again = new Map(repeated.testResults.map((file) => [file.name, file]))
  const testResults = report.testResults.map((file) => again.get(file.name) ?? file)
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  const numPassedTests = tests.filter(({ status }) => status === 'passed').length
  const numFailedTests = tests.filter(isFailed).length
  return {
    numPassedTests,
    numFailedTests,
    numPendingTests: tests.length - numPassedTests - numFailedTests,
    testResults,
  }
}

/** Returns one line for each of the files that took longest. */
export function slowestFiles(report: VitestReport, root: string): string[] {
  return report.testResults
    .map(({ name, startTime, endTime }) => ({ path: pathIn(root, name), ms: endTime - startTime }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, MAX_SLOWEST)
    .map(({ path, ms }) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${path}`)
}

/** Returns the name and the first lines of the error. */
export function failureLines({ name, error }: Failure): string[] {
  const lines = stripVTControlCharacters(error)
    .split('\n')
    .filter((line) => line.trim() !== '')
  return [
    `✗ ${name}`,
    ...lines.slice(0, MAX_ERROR_LINES).map((line) => `    ${line.slice(0, MAX_ERROR_COLUMNS)}`),
  ]
}

function isFailed({ status }: { status: string }): boolean {
  return status === 'failed'
}

function pathIn(root: string, file: string): string {
  return isAbsolute(file) ? relative(root, file).replaceAll('\\', '/') : file
}
