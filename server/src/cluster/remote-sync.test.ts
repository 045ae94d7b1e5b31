import { expect, it, onTestFinished } from 'vitest'
import type { GallerySync } from '../sync/gallery-sync.ts'
import type { JobQueue, LeaderCommand } from './job-queue.ts'
import { createRemoteSync } from './remote-sync.ts'
import type { WatchTable } from './tables/watch-table.ts'

/** A process with a queue and a folder that only have what is given. */
async function startRemoteSync({
  canLead,
  jobQueue,
  local = {},
}: {
  canLead: boolean
  jobQueue: Partial<JobQueue>
  local?: Partial<GallerySync>
}) {
  const watch = { read: async () => undefined, write: async () => {}, putFolders: async () => {} }
  const sync: Partial<GallerySync> = {
    startWatching: async () => {},
    scan: async () => {},
    close: async () => {},
    folders: new Map(),
    ...local,
  }
  const remote = createRemoteSync({
    watch: watch as unknown as WatchTable,
    jobQueue: jobQueue as JobQueue,
    tryLock: async () => true,
    unlock: async () => {},
    findOtherGallery: undefined,
    createSync: () => sync as GallerySync,
    canLead,
    embedder: 'any',
    unwatchedMs: 60_000,
    log: { info() {}, warn() {} },
  })
  onTestFinished(() => remote.close())
  await remote.startWatching()
  return remote
}

/** A process that leads, with the handler that it has given to the queue. */
async function lead(local: Partial<GallerySync>) {
  let handler: ((request: LeaderCommand) => Promise<void>) | undefined
  const jobQueue: Partial<JobQueue> = {
    async handle(given) {
      handler = given
      // A request that was being taken when the handler was withdrawn is handled all the same.
      return async () => {}
    },
  }
  const remote = await startRemoteSync({ canLead: true, jobQueue, local })
  return { remote, handle: (request: LeaderCommand) => handler!(request) }
}

it('passes changed paths on to the leader although the database fails at first', async () => {
  const requests: LeaderCommand[] = []
  const jobQueue: Partial<JobQueue> = {
    async request(request) {
      requests.push(request)
      if (requests.length === 1) throw new Error('the database system is starting up')
    },
  }
  const remote = await startRemoteSync({ canLead: false, jobQueue })
  remote.recheck(['a.png'])
  const command = { kind: 'look', paths: ['a.png'] }
  await expect.poll(() => requests, { timeout: 30_000 }).toEqual([command, command])
})

it('does not acknowledge requests once it no longer leads, so that the next leader repeats them', async () => {
  const rechecked: string[] = []
  const { remote, handle } = await lead({ recheck: (paths) => void rechecked.push(...paths) })
  await handle({ kind: 'look', paths: ['before'] })
  await remote.close()
  await expect(handle({ kind: 'look', paths: ['after'] })).rejects.toThrow(/has ended/)
  await expect(handle({ kind: 'reconcile', acceptsMissing: false })).rejects.toThrow(/has ended/)
  expect(rechecked).toEqual(['before'])
})

it('does not acknowledge a scan that it gives up because it no longer leads', async () => {
  const closing = Promise.withResolvers<void>()
  const { remote, handle } = await lead({
    scan: () => closing.promise,
    close: async () => closing.resolve(),
  })
  const scanned = handle({ kind: 'reconcile', acceptsMissing: false })
  const refused = expect(scanned).rejects.toThrow(/has ended/)
  await remote.close()
  await refused
})
