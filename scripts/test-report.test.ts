import { expect, it } from 'vitest'
import {
  failedFiles,
  failureLines,
  failuresIn,
  slowestFiles,
  type VitestReport,
  withRepeated,
} from './test-report.ts'

const PASSED = { fullName: 'passes', status: 'passed', failureMessages: [] }
const REPORT: VitestReport = {
  numPassedTests: 2,
  numFailedTests: 1,
  numPendingTests: 0,
  testResults: [
    file('e2e/page.test.ts', 9000, [
      PASSED,
      {
        fullName: 'the page shows images',
        status: 'failed',
        failureMessages: [
          '\u001B[31mAssertionError\u001B[39m: expected 1 to be 2\n\n    at page.test.ts:7:3',
        ],
      },
    ]),
    file('server/src/app.test.ts', 2000, [PASSED]),
    {
      ...file('server/src/broken.test.ts', 100, []),
      status: 'failed',
      message: 'SyntaxError: Unexpected token',
    },
  ],
}

it('failed tests are named with the file, and their errors lose colours and empty lines', () => {
  expect(failuresIn(REPORT, '/checkout').flatMap(failureLines)).toEqual([
    '✗ e2e/page.test.ts > the page shows images',
    '    AssertionError: expected 1 to be 2',
    '        at page.test.ts:7:3',
    '✗ server/src/broken.test.ts',
    '    SyntaxError: Unexpected token',
  ])
})

it('only the first lines of a long error are printed', () => {
  const error = Array.from({ length: 50 }, (_, line) => `line ${line} ${'x'.repeat(1000)}`).join('\n')
  const lines = failureLines({ name: 'long', error })
  expect(lines).toHaveLength(9)
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(210)
})

it('a repeated file replaces its first results, and only those', () => {
  expect(failedFiles(REPORT, '/checkout')).toEqual(['e2e/page.test.ts', 'server/src/broken.test.ts'])
  const both = { fullName: 'the page shows images', status: 'passed', failureMessages: [] }
  const page = file('e2e/page.test.ts', 500, [PASSED, both])
  const repeated = withRepeated(REPORT, { ...REPORT, testResults: [page] })
  expect(repeated).toMatchObject({ numPassedTests: 3, numFailedTests: 0, numPendingTests: 0 })
  expect(failedFiles(repeated, '/checkout')).toEqual(['server/src/broken.test.ts'])
})

it('the slowest files come first', () => {
  expect(slowestFiles(REPORT, '/checkout')).toEqual([
    '    9.0 s  e2e/page.test.ts',
    '    2.0 s  server/src/app.test.ts',
    '    0.1 s  server/src/broken.test.ts',
  ])
})

function file(path: string, ms: number, tests: VitestReport['testResults'][number]['assertionResults']) {
  const isFailed = tests.some(({ status }) => status === 'failed')
  return {
    name: `/checkout/${path}`,
    status: isFailed ? 'failed' : 'passed',
    message: '',
    startTime: 1000,
    endTime: 1000 + ms,
    assertionResults: tests,
  }
}
