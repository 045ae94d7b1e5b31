import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Contact, foreignContacts, type OwnParts, traced } from './network-trace.ts'

/** Folder for code that Node has compiled. */
const OWN_CACHE = join('.cache', 'sketch-search')
const START_TIMEOUT_MS = 120_000

export interface TracedOptions {
  /** Receives the trace and a new home. */
  directory: string
  environment?: Record<string, string>
  workingDirectory?: string
}

/** A program under strace, in an environment that does not look like a test to libraries. */
export interface TracedProgram {
  /** Waits until the output matches, and returns the first group of the pattern. */
  printed(wanted: RegExp): Promise<string>
  /** Ends it as Ctrl+C does. */
  stop(): Promise<void>
  /** Waits until it ends. @throws {Error} if it fails */
  end(): Promise<void>
  /** Returns the contacts of the program and its processes outside the product. */
  contacts(own: OwnParts): Contact[]
  /** Returns the files that libraries have left in its home. */
  foreignFiles(): Promise<string[]>
}

export function startTraced(program: string[], options: TracedOptions): TracedProgram {
  const home = join(options.directory, 'home')
  const traceFile = join(options.directory, 'trace')
  mkdirSync(home, { recursive: true })
  const [strace, ...args] = traced(program, traceFile)
  const child = spawn(strace!, args, {
    cwd: options.workingDirectory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: home, ...options.environment },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return {
    printed: (wanted) => waitForOutput(child, () => output, wanted),
    async stop() {
      // strace itself ignores signals; the first line of the trace names the program.
      if (child.exitCode === null)
        process.kill(Number.parseInt(readFileSync(traceFile, 'utf8'), 10), 'SIGINT')
      await ended
    },
    async end() {
      const code = await ended
      if (code !== 0) throw new Error(`${program.join(' ')} ended with code ${code}: ${output}`)
    },
    contacts: (own) => foreignContacts(traceFile, own),
    async foreignFiles() {
      if (!existsSync(home)) return []
      const entries = await readdir(home, { recursive: true, withFileTypes: true })
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(home.length + 1))
        .filter((file) => !file.startsWith(OWN_CACHE))
    },
  }
}

function waitForOutput(child: ChildProcess, output: () => string, wanted: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const finish = (error?: Error) => {
      clearTimeout(timer)
      child.stdout!.off('data', look)
      child.stderr!.off('data', look)
      if (error !== undefined) reject(error)
    }
    const look = () => {
      const found = wanted.exec(output())
      if (found === null) return
      finish()
      resolve(found[1] ?? '')
    }
    const fail = (what: string) => finish(new Error(`${what}: ${output()}`))
    const timer = setTimeout(() => fail('It did not start'), START_TIMEOUT_MS)
    child.stdout!.on('data', look)
    child.stderr!.on('data', look)
    child.once('exit', (code) => fail(`It ended with code ${code}`))
    look()
  })
}
