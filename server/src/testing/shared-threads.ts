import { DomainError } from '../errors.ts'
import { type StartThread, startThread, type Thread } from '../threads.ts'

/** Threads that were ended while they had nothing to do, by their programs. */
const idle = new Map<string, Thread[]>()

/**
 * Starts a thread, or takes one that another test of the worker has left: starting the threads of an app takes half of the processor
 * time of most tests. A thread that is ended while it works really ends.
 */
export const startSharedThread: StartThread = (program) => {
  const { href } = program.file
  const left = (idle.get(href) ?? []).filter((thread) => !thread.hasEnded)
  const thread = left.pop() ?? startThread(program)
  idle.set(href, left)
  let calls = 0
  let hasEnded = false
  return {
    async call(method, args) {
      if (hasEnded) throw new DomainError('unavailable', program.closed)
      calls++
      try {
        return await thread.call(method, args)
      } finally {
        calls--
      }
    },
    async end() {
      if (hasEnded) return
      hasEnded = true
      if (calls > 0 || thread.hasEnded) await thread.end()
      else idle.get(href)!.push(thread)
    },
    get hasEnded() {
      return hasEnded || thread.hasEnded
    },
  }
}
