import fs, { symlink } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { basename, join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { type GalleryDirectory, liesIn, openDirectories } from './directories.ts'
import { stat } from './disk.ts'
import { listDirectory } from './list-folder.ts'
import { mountsOfGallery } from './mounts.ts'
import { walk } from './walk.ts'

/** Where the drives of a test are mounted. Mounting one takes rights of the system. */
const mounted = vi.hoisted(() => new Set<string>())
vi.mock('./mount-table.ts', async (load) => {
  const real = await load<typeof import('./mount-table.ts')>()
  const mountsOf = (folder: string) => {
    const path = [...mounted].find((place) => liesIn(folder, place))
    return path === undefined ? real.mountsOf(folder) : [{ path, type: 'nfs4', drive: 'nfs4 nas:/ /' }]
  }
  return { mountsOf }
})

type Request = (path: string, options?: unknown) => Promise<unknown>

/** Functions of Node that ask a drive about a path. */
const REQUESTS = ['lstat', 'stat', 'statfs', 'readdir', 'readFile', 'realpath', 'open'] as const

/** Lets a drive not answer until the test ends. The limits of time pass at once, while no other drive is asked. */
async function hang(drive: string, { isPoolFull = false } = {}) {
  const answer = Promise.withResolvers<never>()
  answer.promise.catch(() => {})
  const functions = fs as unknown as Record<string, Request>
  const real = { ...functions }
  let requests = 0
  let inProgress = 0
  for (const name of REQUESTS)
    functions[name] = async (path, options) => {
      inProgress++
      try {
        const target = name === 'lstat' ? path : await real.realpath!(path).catch(() => path)
        const isLate = isPoolFull || liesIn(String(target), drive)
        if (!isLate) return await real[name]!(path, options)
      } finally {
        inProgress--
      }
      requests++
      return answer.promise
    }
  syncBuiltinESMExports()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const passing = setInterval(() => {
    // Other drives answer late on a busy machine.
    if (inProgress === 0) vi.advanceTimersByTime(10_000)
  }, 5)
  const respond = async () => {
    clearInterval(passing)
    vi.useRealTimers()
    Object.assign(functions, real)
    syncBuiltinESMExports()
    answer.reject(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }))
    await expect.poll(() => stat(drive)).toBeDefined()
  }
  onTestFinished(respond)
  return { respond, requests: () => requests }
}

async function galleryWithDirectory({
  isMounted = false,
} = {}): Promise<{ root: string; nas: GalleryDirectory }> {
  const [root, path] = [await temporaryDirectory(), await temporaryDirectory()]
  await writeSettled(join(root, 'a.png'), 'x')
  for (const name of ['b.png', 'one/c.png', 'two/d.png']) await writeSettled(join(path, name), 'x')
  const nas = { name: 'NAS', path }
  onTestFinished(openDirectories(root, [nas]))
  if (isMounted) mounted.add(path)
  onTestFinished(() => mounted.clear())
  return { root, nas }
}

const RULES = { recursive: true, excluded: [] }

async function walked(root: string) {
  const files: string[] = []
  const unreadable: string[] = []
  for await (const listing of walk(root, RULES, (directory) => unreadable.push(directory)))
    files.push(...listing.files.map(({ path }) => path))
  return { files, unreadable }
}

describe('a drive that does not answer', () => {
  it('is unreadable, and the rest of the gallery is listed', async () => {
    const { root, nas } = await galleryWithDirectory()
    await hang(nas.path)
    expect(await walked(root)).toEqual({ files: ['a.png'], unreadable: ['NAS'] })
  })

  it('is not absent', async () => {
    const { root, nas } = await galleryWithDirectory()
    await hang(nas.path)
    expect((await mountsOfGallery(root)).map(({ path }) => path)).toContain(nas.path)
  })

  it('gets no further requests until it answers', async () => {
    const { root, nas } = await galleryWithDirectory()
    const drive = await hang(nas.path)
    await expect(stat(nas.path)).rejects.toMatchObject({ code: 'gallery_unavailable' })
    await expect(stat(join(nas.path, 'one/c.png'))).rejects.toThrow('does not answer')
    expect(drive.requests()).toBe(1)
    await drive.respond()
    expect((await walked(root)).files).toHaveLength(4)
  })

  it('is refused even if its requests have occupied all threads', async () => {
    const { nas } = await galleryWithDirectory()
    await hang(nas.path, { isPoolFull: true })
    await expect(stat('/')).rejects.toThrow('does not answer')
  })

  it('is refused as a whole once one of its folders is late', async () => {
    const { nas } = await galleryWithDirectory({ isMounted: true })
    const drive = await hang(nas.path)
    await expect(stat(join(nas.path, 'one'))).rejects.toThrow('does not answer')
    const before = drive.requests()
    await expect(stat(join(nas.path, 'two'))).rejects.toThrow('does not answer')
    expect(drive.requests()).toBe(before)
  })

  it('is asked by the first of many links to it only', async () => {
    const { root, nas } = await galleryWithDirectory({ isMounted: true })
    for (let n = 0; n < 5; n++) {
      await writeSettled(join(nas.path, `${n}.png`), 'x')
      await symlink(join(nas.path, `${n}.png`), join(root, `${n}.png`))
    }
    const drive = await hang(nas.path)
    expect((await listDirectory(root, '.', RULES))?.unknown).toHaveLength(5)
    // The link, and then the drive as a whole.
    expect(drive.requests()).toBe(2)
  })

  it('hides no other links of a folder with links to it', async () => {
    const { root, nas } = await galleryWithDirectory()
    for (const name of ['b.png', 'one'])
      await symlink(join(nas.path, name), join(root, `1-${basename(name)}`))
    await symlink(join(root, 'a.png'), join(root, '2.png'))
    const drive = await hang(nas.path)
    const listing = await listDirectory(root, '.', RULES)
    expect(listing?.files.map(({ path }) => path).sort()).toEqual(['2.png', 'a.png'])
    expect(listing?.unknown.map(({ path }) => path).sort()).toEqual(['1-b.png', '1-one'])
    expect(listing?.subdirectories).toEqual(['NAS'])
    await drive.respond()
  })
})
