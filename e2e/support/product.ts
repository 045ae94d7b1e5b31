import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../server/src/testing/free-port.ts'
import { shareMeasurements, takeMeasurements } from '../../server/src/testing/measurements.ts'

/** The checkout's own program. */
export const CHECKOUT = fileURLToPath(new URL('../../server/bin/sketch-search.js', import.meta.url))
const { TEST_PRODUCT } = process.env
const LAUNCHER = TEST_PRODUCT === undefined ? CHECKOUT : join(TEST_PRODUCT, 'bin/sketch-search.js')
const FLAGS =
  readFileSync(LAUNCHER, 'utf8')
    .match(/^#!.*/)![0]
    .match(/ --\S+/g) ?? []
/** Starts the product with the flags in the first line of its program: in tests the bundle, elsewhere the checkout. */
export const LAUNCH = [process.execPath, ...FLAGS.map((flag) => flag.trim()), LAUNCHER]
/** Starts it as a user to whom permissions apply. To root they do not, unless it drops the capability to bypass them. */
export const BOUND_BY_PERMISSIONS =
  process.getuid?.() === 0
    ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', ...LAUNCH]
    : undefined
/** Chooses the embedder that starts fastest, for tests that do not depend on results. */
export const CLASSICAL = { SERVER__EMBEDDER_REGISTRY__CHOSEN_EMBEDDER: 'classical' }
/** The keys of a configuration as variables of the environment. */
export function asEnvironment(keys: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(keys).map(([key, value]) => [
      `SERVER__${key.toUpperCase().replaceAll('.', '__')}`,
      String(value),
    ]),
  )
}

const START_TIMEOUT_MS = 120_000
const running = new Set<ChildProcess>()
// A failed test may leave processes running.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export interface Product {
  url: string
  /** Ends the product as Ctrl+C does and waits for it. @returns its exit code */
  stop(signal?: NodeJS.Signals): Promise<number | null>
  /** Kills the product. */
  kill(): Promise<void>
  /** Output until now. */
  output(): string
}

/** Starts `sketch-search serve` as a person would and waits until it prints its address. @param program another than that of `LAUNCH` */
export async function startProduct(
  gallery: string,
  dataDirectory: string,
  environment: Record<string, string> = {},
  program?: string[],
): Promise<Product> {
  const port = String(await freePort())
  const args = ['serve', gallery, '--data-directory', dataDirectory, '--port', port]
  takeMeasurements(dataDirectory)
  const product = await startLongRunning(args, /Sketch-Search: (http:\S+)/, environment, program)
  shareMeasurements(dataDirectory)
  return product
}

/** Starts a command that keeps running, and waits until its output matches; the group of the pattern is its `url`. */
export async function startLongRunning(
  args: string[],
  wanted: RegExp,
  environment: Record<string, string> = {},
  program?: string[],
  workingDirectory?: string,
): Promise<Product> {
  const child = run(args, environment, workingDirectory, program)
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`It did not start: ${output}`))
    }, START_TIMEOUT_MS)
    const read = (text: string) => {
      output += text
      const found = wanted.exec(output)
      if (found === null) return
      clearTimeout(timer)
      resolve(found[1] ?? '')
    }
    child.stdout!.setEncoding('utf8').on('data', read)
    child.stderr!.setEncoding('utf8').on('data', read)
    child.once('exit', (code) => reject(new Error(`It ended with code ${code}: ${output}`)))
  })
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    child.kill(signal)
    return ended
  }
  return {
    url,
    stop: (signal = 'SIGINT') => end(signal),
    kill: async () => void (await end('SIGKILL')),
    output: () => output,
  }
}

export interface CommandResult {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs a command to its end. */
export async function runCommand(
  args: string[],
  environment: Record<string, string> = {},
  workingDirectory?: string,
): Promise<CommandResult> {
  const child = run(args, environment, workingDirectory)
  const result: CommandResult = { code: null, stdout: '', stderr: '' }
  child.stdout!.setEncoding('utf8').on('data', (text) => (result.stdout += text))
  child.stderr!.setEncoding('utf8').on('data', (text) => (result.stderr += text))
  result.code = await new Promise((resolve) => child.once('close', resolve))
  return result
}

/** Starts a command without waiting for it. */
export function runInBackground(args: string[], environment: Record<string, string> = {}): ChildProcess {
  return run(args, environment)
}

function run(
  args: string[],
  environment: Record<string, string> = {},
  workingDirectory?: string,
  [command, ...first]: string[] = LAUNCH,
): ChildProcess {
  const child = spawn(command!, [...first, ...args], {
    cwd: workingDirectory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}
