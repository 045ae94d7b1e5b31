import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import { TIMINGS } from '../timings.ts'
import { WatchController } from './watch-controller.ts'

/** Whether this process watches a folder. */
async function isWatched(folder: string): Promise<boolean> {
  const inode = (await stat(folder)).ino.toString(16)
  const infos = await Promise.all(
    (await readdir('/proc/self/fdinfo')).map((fd) =>
      readFile(`/proc/self/fdinfo/${fd}`, 'utf8').catch(() => ''),
    ),
  )
  return infos.some((info) => info.includes(` ino:${inode} `))
}

it.skipIf(process.platform !== 'linux')(
  'watches no further folder once it is closed (on Linux, where each folder is watched)',
  async () => {
    const root = await temporaryDirectory()
    await mkdir(join(root, 'a'))
    const controller = new WatchController({
      root,
      walk: { recursive: true, excluded: [] },
      scanIntervalMs: 600_000,
      timings: TIMINGS,
      log: { info() {}, warn() {} },
      folders: () => [],
      onChange() {},
      onRootGone() {},
      isDoubtful: () => false,
      scan: async () => false,
    })
    await controller.start()
    controller.enter('a')
    expect(await isWatched(join(root, 'a'))).toBe(true)
    await controller.close()
    controller.enter('a')
    expect([await isWatched(root), await isWatched(join(root, 'a'))]).toEqual([false, false])
  },
)
