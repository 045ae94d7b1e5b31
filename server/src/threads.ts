import { getPriority, setPriority } from 'node:os'
import { extname } from 'node:path'
import { type MessagePort, Worker } from 'node:worker_threads'
import { DomainError, messageOf } from './errors.ts'

/** A program beside a module: TypeScript in a checkout, JavaScript in an installed package. @param module its `import.meta.url` */
export function programBeside(module: string, name: string): URL {
  return new URL(`${name}${extname(module)}`, module)
}

/** Niceness of threads whose work nobody waits for. */
export const BACKGROUND_NICENESS = 10

/** Lets all other threads go first. Only Linux has priorities of threads; elsewhere nothing changes. */
export function lowerThreadPriority(): void {
  // A process with an even lower priority may not raise it.
  if (process.platform === 'linux' && getPriority() < BACKGROUND_NICENESS) setPriority(BACKGROUND_NICENESS)
}

/** A method to run in another thread. Arguments and result are copied. */
export interface ThreadCall {
  id: number
  method: string
  args: unknown[]
}

type ThreadResponse =
  | { id: number; result: unknown }
  | {
      id: number
      error: { code: DomainError['code'] | undefined; message: string; stack: string | undefined }
    }

export interface Thread {
  call(method: string, args: unknown[]): Promise<unknown>
  /** Ends it at once and rejects open requests. */
  end(): Promise<void>
  readonly hasEnded: boolean
}

/** A program for a thread, which gets its options by a call of `open` before any other. */
export interface ThreadProgram {
  file: URL
  /** Objects of most threads are short-lived. Without a limit Node keeps up to 128 MB of them. */
  maxYoungGenerationSizeMb: number
  /** Message for calls after the end. */
  closed: string
}

export type StartThread = (program: ThreadProgram) => Thread

export const startThread: StartThread = ({ file, maxYoungGenerationSizeMb, closed }) =>
  connectThread(new Worker(file, { resourceLimits: { maxYoungGenerationSizeMb } }), closed)

/** The caller's side. @param closed message for calls after the end */
export function connectThread(worker: Worker, closed: string): Thread {
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>()
  let lastId = 0
  let ended: Error | undefined

  worker.on('message', (response: ThreadResponse) => {
    const call = waiting.get(response.id)
    waiting.delete(response.id)
    if ('error' in response) call?.reject(toError(response.error))
    else call?.resolve(response.result)
  })
  const finish = (error: Error) => {
    ended ??= error
    for (const { reject } of waiting.values()) reject(ended)
    waiting.clear()
  }
  worker.on('error', (error) => finish(new DomainError('unavailable', closed, { cause: error })))
  worker.on('exit', () => finish(new DomainError('unavailable', closed)))

  return {
    call: (method, args) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) return reject(ended)
        const id = ++lastId
        waiting.set(id, { resolve, reject })
        worker.postMessage({ id, method, args } satisfies ThreadCall)
      }),
    async end() {
      await worker.terminate()
    },
    get hasEnded() {
      return ended !== undefined
    },
  }
}

/**
 * The thread's side: runs one call and answers it.
 * @param transferred selects the buffers of a result that are moved instead of copied
 * @returns whether the call succeeded
 */
export async function handleCall<T>(
  port: MessagePort,
  { id }: ThreadCall,
  run: () => Promise<T>,
  transferred: (result: T) => ArrayBuffer[] = () => [],
): Promise<boolean> {
  try {
    const result = await run()
    port.postMessage({ id, result } satisfies ThreadResponse, transferred(result))
    return true
  } catch (error) {
    const code = error instanceof DomainError ? error.code : undefined
    const stack = error instanceof Error ? error.stack : undefined
    port.postMessage({ id, error: { code, message: messageOf(error), stack } } satisfies ThreadResponse)
    return false
  }
}

/** Errors lose their class on the way between threads. */
function toError({ code, message, stack }: Extract<ThreadResponse, { error: unknown }>['error']): Error {
  const error = code === undefined ? new Error(message) : new DomainError(code, message)
  if (stack !== undefined) error.stack = stack
  return error
}
