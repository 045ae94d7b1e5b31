import { mkdir, rename, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { indexAccount } from '../http/index-account.ts'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { openBrowser } from '../testing/browser.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'

function openLog() {
  const lines: string[] = []
  const log = pino(
    { level: 'info' },
    { write: (line) => void lines.push((JSON.parse(line) as { msg: string }).msg) },
  )
  return { lines, log }
}

/** A folder whose drive is unmounted by the table of mounts, which leaves its mount point behind, empty. */
async function openDrive(name: string, names: readonly string[]) {
  const path = join(await temporaryDirectory(), name)
  for (const [n, file] of names.entries()) await writeSettled(join(path, file), await picture(50 + n))
  return {
    path,
    async takeAway() {
      await rename(path, `${path}-away`)
      await mkdir(path)
    },
    async putBack() {
      await rename(path, `${path}-empty`)
      await rename(`${path}-away`, path)
    },
  }
}

describe('places without their drive', () => {
  it('are named by status, account and log, also where the mount point stays, and their return is logged', async () => {
    const root = await openDrive('photos', ['a.png', 'b.png', 'c.png'])
    const phone = await openDrive('phone', ['1.png', '2.png'])
    const table = join(await temporaryDirectory(), 'mountinfo')
    const mount = (...drives: string[]) =>
      writeFile(
        table,
        ['27 1 254:0 / / rw - ext4 /dev/vda rw', ...drives]
          .map((path, n) => (n === 0 ? path : `4${n} 27 0:5${n} / ${path} rw - ext4 /dev/sd${n} rw`))
          .join('\n'),
      )
    await mount(phone.path)
    const { lines, log } = openLog()
    const directories = [{ name: 'Phone', path: phone.path }]
    const config = await configFor(root.path, { 'watcher.directories': directories })
    const app = await startApp(config, { mountTable: table, log })
    await indexAll(app)
    const browser = openBrowser(app.http)
    const absence = async () => (await (await browser.get('/api/index/status')).json()).absence
    const absent = async () =>
      (await indexAccount(app.catalog, app.sync)).folders
        .filter(({ rule }) => rule === 'drive_absent')
        .map(({ path }) => path)
    expect([await absence(), await absent()]).toEqual([null, []])

    await phone.takeAway()
    await mount()
    await indexAll(app)
    expect(await absence()).toEqual({ missing: 2, known: 5, places: ['Phone'] })
    expect(await absent()).toEqual(['Phone'])
    expect(lines.at(-1)).toContain(
      `2 of 5 files of the gallery ${root.path} are missing: no drive, or another one, is mounted at "Phone".`,
    )

    await root.takeAway()
    await indexAll(app)
    expect(await absence()).toEqual({ missing: 5, known: 5, places: ['.', 'Phone'] })
    expect(await absent()).toEqual(['.', 'Phone'])
    expect(lines.at(-1)).toContain(
      '5 of 5 files of the gallery ' +
        `${root.path} are missing: this folder is empty, and no drive, or another one, is mounted at "Phone".`,
    )
    expect(lines.at(-1)).toContain('"sketch-search index --accept-missing" and the folder or the --config')

    await root.putBack()
    await phone.putBack()
    await mount(phone.path)
    await indexAll(app)
    expect([await absence(), await absent()]).toEqual([null, []])
    expect(lines.filter((line) => line === 'The missing files are back.')).toHaveLength(1)
  })

  it('are reported where a folder of the configuration does not exist', async () => {
    const root = await temporaryDirectory()
    await writeSettled(join(root, 'a.png'), await picture(1))
    const usb = join(await temporaryDirectory(), 'usb')
    const { lines, log } = openLog()
    const config = await configFor(root, { 'watcher.directories': [{ name: 'Usb', path: usb }] })
    const app = await startApp(config, { log })
    expect(lines).toContain(
      `watcher.directories: "Usb": there is no folder ${usb}; its images are shown when it is there.`,
    )
    await indexAll(app)
    const leftOut = async () => (await indexAccount(app.catalog, app.sync)).left_out
    expect(await leftOut()).toEqual([{ rule: 'drive_absent', count: 1, example: 'Usb' }])
    await writeSettled(join(usb, '1.png'), await picture(2))
    await indexAll(app)
    expect(await leftOut()).toEqual([])
  })
})

it('the number of images that were removed from the index is logged, with the reason', async () => {
  const root = await temporaryDirectory()
  for (let n = 0; n < 40; n++)
    await writeSettled(join(root, n < 12 ? 'x' : '.', `${n}.png`), await picture(n))
  const config = await configFor(root)
  const first = openLog()
  const app = await startApp(config, { log: first.log })
  await indexAll(app)
  await unlink(join(root, '39.png'))
  await indexAll(app)
  expect(first.lines.join('\n')).not.toContain('removed from the index')
  for (let n = 12; n < 32; n++) await unlink(join(root, `${n}.png`))
  await indexAll(app)
  expect(first.lines).toContain('20 images were removed from the index: their files are gone.')
  await app.close()
  const second = openLog()
  const again = { ...config, watcher: { ...config.watcher, ignore: ['x'] } }
  await indexAll(await startApp(again, { log: second.log }))
  expect(second.lines).toContain('12 images were removed from the index: the configuration leaves them out.')
})
