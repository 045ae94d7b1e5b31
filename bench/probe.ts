import { setTimeout as sleep } from 'node:timers/promises'

const EVERY_MS = 20

/** Sends small requests at a steady pace. `stop` returns the waiting time of each, in milliseconds. */
export function probeRequests(url: string): { stop(): Promise<number[]> } {
  const waits: number[] = []
  let isStopped = false
  const running = (async () => {
    while (!isStopped) {
      const start = performance.now()
      await (await fetch(`${url}/health`)).arrayBuffer()
      waits.push(performance.now() - start)
      await sleep(EVERY_MS)
    }
  })()
  return {
    async stop() {
      isStopped = true
      await running
      return waits
    },
  }
}
