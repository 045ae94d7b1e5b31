import { expect, it, onTestFinished, vi } from 'vitest'
import { ScanSchedule } from './schedule.ts'

const INTERVAL_MS = 600_000

/** A started schedule; a scan ends when `end` is called with its number. */
function startSchedule() {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const scans: PromiseWithResolvers<boolean>[] = []
  const schedule = new ScanSchedule({
    root: '/gallery',
    scanIntervalMs: INTERVAL_MS,
    minRetryMs: 5_000,
    log: { info() {}, warn() {} },
    beforePoll: async () => {},
    scan() {
      scans.push(Promise.withResolvers())
      return scans.at(-1)!.promise
    },
  })
  schedule.start()
  onTestFinished(() => schedule.close())
  const end = async (scan: number) => {
    scans[scan]!.resolve(false)
    await vi.advanceTimersByTimeAsync(0)
  }
  return { schedule, scans, end }
}

it('scans after a burst of changes although another scan ends meanwhile', async () => {
  const { schedule, scans, end } = startSchedule()
  await vi.advanceTimersByTimeAsync(INTERVAL_MS)
  expect(scans).toHaveLength(1)
  schedule.countChanges(4_000)
  await vi.advanceTimersByTimeAsync(1_000)
  await end(0)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(scans).toHaveLength(2)
  await end(1)
  await vi.advanceTimersByTimeAsync(INTERVAL_MS - 1)
  expect(scans).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(1)
  expect(scans).toHaveLength(3)
})

it('polls soon after a scan during which polling began', async () => {
  const { schedule, scans, end } = startSchedule()
  await vi.advanceTimersByTimeAsync(INTERVAL_MS)
  schedule.startPolling()
  await end(0)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(scans).toHaveLength(2)
})
