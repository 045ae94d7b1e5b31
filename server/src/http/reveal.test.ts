import { chmod, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { commandFor } from '../images/reveal.ts'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { signInBy, startMailServer } from '../testing/mail-server.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'

const FOLDER = '$(touch x) & "y"'
const from = (remoteAddress: string) => ({
  incoming: { socket: { remoteAddress, remotePort: 1, remoteFamily: 'IPv4' } },
})

/** A file manager that writes its arguments to a file. */
async function installFileManager(): Promise<() => Promise<string[]>> {
  const folder = await temporaryDirectory()
  const program = join(folder, 'xdg-open')
  const output = join(folder, 'arguments')
  await writeFile(
    program,
    `#!/bin/sh\nprintf '%s\\n' "$@" > '${output}.part'; mv '${output}.part' '${output}'\n`,
  )
  await chmod(program, 0o755)
  const path = process.env.PATH
  process.env.PATH = `${folder}${delimiter}${path}`
  onTestFinished(() => {
    process.env.PATH = path
  })
  return async () => (await readFile(output, 'utf8')).trimEnd().split('\n')
}

async function openGallery(yaml: Record<string, unknown>) {
  const root = await temporaryDirectory()
  await writeSettled(join(root, FOLDER, '1.png'), await picture(1))
  const app = await startApp(await configFor(root, yaml))
  await indexAll(app)
  const { id } = (await app.catalog.images.getByPath(`${FOLDER}/1.png`))!
  const reveal = (address: string, headers: Record<string, string> = {}) =>
    app.http.request(`/api/images/${id}/reveal`, { method: 'POST', headers }, from(address))
  const status = async (address: string) =>
    (await (await app.http.request('/api/index/status', {}, from(address))).json()).can_reveal
  return { root, reveal, status }
}

describe.runIf(process.platform === 'linux')('the file manager', () => {
  it('opens the folder as one argument, for people at this machine', async () => {
    const argumentsOf = await installFileManager()
    const { root, reveal, status } = await openGallery({ open_in_file_manager: true })
    expect(await status('127.0.0.1')).toBe(true)
    expect(await status('192.0.2.1')).toBe(false)
    for (const [address, headers] of [
      ['192.0.2.1', {}],
      ['127.0.0.1', { 'x-forwarded-for': '192.0.2.1' }],
      ['127.0.0.1', { via: '1.1 proxy' }],
    ] as const)
      expect((await reveal(address, headers)).status, address).toBe(403)
    await expect(argumentsOf()).rejects.toThrow('ENOENT')
    expect((await reveal('::1')).status).toBe(200)
    await expect.poll(argumentsOf).toEqual([join(root, FOLDER)])
  })

  it('stays closed unless it is switched on, and with sign-in', async () => {
    const off = await openGallery({})
    expect(await off.status('127.0.0.1')).toBe(false)
    expect((await off.reveal('127.0.0.1')).status).toBe(403)
    const mail = await startMailServer()
    const team = await openGallery({ open_in_file_manager: true, ...signInBy(mail, 'a@example.org') })
    expect((await team.reveal('127.0.0.1')).status).toBe(401)
  })

  it('is started with the path as one argument on every system', () => {
    expect(commandFor('darwin', '/a b/-c.png')).toEqual(['open', ['-R', '/a b/-c.png']])
    expect(commandFor('win32', 'C:\\a b\\c.png')).toEqual(['explorer.exe', ['/select,C:\\a b\\c.png']])
  })
})
