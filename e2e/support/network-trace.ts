/** Records with strace what a program and its child processes send, and where they connect to. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { findStrace } from '../../scripts/strace.ts'

const CALLS = ['connect', 'sendto', 'sendmsg', 'sendmmsg']
/** Refused, because strace does not see packets that are sent through such a ring. Programs work without it. */
const RING = 'io_uring_setup'
const STARTS = ['execve', 'clone', 'clone3', 'fork', 'vfork']

export interface Contact {
  /** Program of the process, with its script. */
  process: string
  call: string
  /** `ADDRESS:PORT`, or the path of a Unix socket. */
  target: string
}

/** Addresses of the product itself. */
export interface OwnParts {
  /** Ports on the loopback interface. */
  ports: number[]
  /** Folders in which Unix sockets may lie. */
  folders: string[]
}

/** Returns the command line that runs a program under strace. @throws {Error} if there is no strace */
export function traced(program: string[], traceFile: string): string[] {
  const strace = findStrace()
  if (strace === undefined) throw new Error('There is no strace: run "npm test", which says how to get one.')
  const filter = `trace=${[...CALLS, ...STARTS, RING].join(',')}`
  const refusal = `inject=${RING}:error=ENOSYS`
  return [
    strace,
    '-f',
    '-qq',
    '-s',
    '256',
    '-e',
    filter,
    '-e',
    refusal,
    '-e',
    'signal=none',
    '-o',
    traceFile,
    ...program,
  ]
}

/** Returns the contacts with anything but the product's own parts, in the order in which they were made. */
export function foreignContacts(traceFile: string, own: OwnParts): Contact[] {
  return contactsIn(readFileSync(traceFile, 'utf8')).filter(({ target }) => !isOwn(target, own))
}

/** Returns all contacts with an address that a trace names. */
export function contactsIn(trace: string): Contact[] {
  const lines = [...trace.matchAll(/^(\d+)\s+(.*)$/gm)].map(([, id, call]) => ({ id: id!, call: call! }))
  const programs = new ProcessTable()
  // A trace may list calls of a thread before the call that started it returns.
  for (const { id, call } of lines) programs.readStart(id, call)
  return lines.flatMap(({ id, call }) => {
    programs.readProgram(id, call)
    const name = /^(?:<\.\.\. )?(\w+)/.exec(call)?.[1] ?? ''
    if (!CALLS.includes(name)) return []
    return targetsIn(call).map((target) => ({ process: programs.nameOf(id), call: name, target }))
  })
}

function targetsIn(call: string): string[] {
  const addresses = call.matchAll(
    /sin6?_port=htons\((\d+)\)(?:, sin6_flowinfo=[^,]+)?, (?:sin_addr=inet_addr\(|inet_pton\(AF_INET6, )"([^"]+)"/g,
  )
  const sockets = call.matchAll(/sun_path=(@?"[^"]*")/g)
  return [
    ...addresses.map(([, port, address]) => `${address}:${port}`),
    ...sockets.map(([, path]) => path!.replaceAll('"', '')),
  ]
}

function isOwn(target: string, { ports, folders }: OwnParts): boolean {
  if (target.startsWith('/')) return folders.some((folder) => target.startsWith(`${folder}/`))
  return ports.some((port) => [`127.0.0.1:${port}`, `::1:${port}`].includes(target))
}

/** The process of each thread, its parent, and the program that it runs. */
class ProcessTable {
  readonly #processOf = new Map<string, string>()
  readonly #parentOf = new Map<string, string>()
  readonly #programs = new Map<string, string>()
  /** Whether the call that is still running in a thread starts a thread. */
  readonly #starting = new Map<string, boolean>()

  readStart(id: string, call: string): void {
    if (!/^(<\.\.\. )?(clone3?|v?fork)\b/.test(call)) return
    const isThread = call.startsWith('<...') ? this.#starting.get(id) : call.includes('CLONE_THREAD')
    const child = / = (\d+)$/.exec(call)?.[1]
    if (child === undefined) this.#starting.set(id, isThread === true)
    else if (isThread) this.#processOf.set(child, this.#process(id))
    else this.#parentOf.set(child, this.#process(id))
  }

  readProgram(id: string, call: string): void {
    const program = /^execve\("([^"]+)", \[(.*)\]/.exec(call)
    if (program !== null) this.#programs.set(this.#process(id), describe(program[1]!, program[2]!))
  }

  nameOf(id: string): string {
    const own = this.#process(id)
    const parent = this.#parentOf.get(own)
    return this.#programs.get(own) ?? (parent === undefined ? `process ${id}` : this.nameOf(parent))
  }

  #process(id: string): string {
    const process = this.#processOf.get(id)
    return process === undefined ? id : this.#process(process)
  }
}

/** Returns `node process.ts` for `/…/node --flag /…/process.ts`. */
function describe(program: string, args: string): string {
  const words = [...args.matchAll(/"([^"]*)"/g)].map(([, word]) => word!)
  const script = words.slice(1).find((word) => /\.(js|ts|py)$/.test(word))
  return script === undefined ? basename(program) : `${basename(program)} ${basename(script)}`
}
