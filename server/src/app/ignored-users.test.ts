import { existsSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { expect, it } from 'vitest'
import { configFor, startApp } from '../testing/app.ts'
import { startTeam } from '../testing/team.ts'
import { temporaryDirectory } from '../testing/temporary.ts'

it('users without sign-in are reported in the log and in the status', async () => {
  const { app, dataDirectory, gallery } = await startTeam()
  await app.auth!.users.add('user@example.org', 'user')
  await app.close()
  const lines: string[] = []
  const write = (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg)
  const log = pino({ level: 'warn' }, { write })
  const open = await startApp(await configFor(gallery, { data_directory: dataDirectory }), { log })
  expect(lines).toEqual([
    'The database has 2 users, but sign-in is off (auth.kind: none): everyone who can open the page is an admin.',
  ])
  const status = await open.http.request('/api/index/status')
  expect(await status.json()).toMatchObject({ auth: 'none', ignored_users: 2 })
})

it('a start without sign-in creates no accounts', async () => {
  const config = await configFor(await temporaryDirectory())
  const app = await startApp(config)
  expect(await (await app.http.request('/api/index/status')).json()).toMatchObject({ ignored_users: 0 })
  expect(existsSync(join(config.data_directory, 'accounts.sqlite'))).toBe(false)
})
