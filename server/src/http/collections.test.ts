import { stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { RETENTION_DAYS } from '../saved-queries/saved-queries.ts'
import { configFor, embeddedDatabase, startApp } from '../testing/app.ts'
import { openBrowser } from '../testing/browser.ts'
import { signInBy } from '../testing/mail-server.ts'
import { picture } from '../testing/pictures.ts'
import { ADMIN, signInAs, startTeam } from '../testing/team.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { describeCollections } from './collections.contract.ts'
import { savedSearchSchema } from './contract/search-request.ts'

describeCollections('collections with the embedded database', embeddedDatabase)

it('pictures of the saved searches of a removed user expire, unless another search needs them', async () => {
  const team = await startTeam()
  const [user, editor] = [await signInAs(team, 'user'), await signInAs(team, 'editor')]
  const keep = async (n: number): Promise<string> => {
    const data = new FormData()
    data.set('image', new Blob([(await picture(n)) as Uint8Array<ArrayBuffer>]), 'q.png')
    const cookie = [...user.cookies].map((pair) => pair.join('=')).join('; ')
    const headers = { host: 'localhost', 'sec-fetch-site': 'same-origin', cookie }
    const response = await team.app.http.request('/api/queries', { method: 'POST', body: data, headers })
    return (await response.json()).id
  }
  const [own, common] = [await keep(1), await keep(2)]
  const parts = (ids: string[]) => ids.map((id) => ({ kind: 'image', query_id: id }))
  await user.post('/api/collections', { name: 'Own', search: { parts: parts([own, common]) } })
  await editor.post('/api/collections', { name: 'Common', search: { parts: parts([common]) } })
  const isPinned = async (id: string) => {
    const { mtimeMs } = await stat(join(team.dataDirectory, 'queries', `${id}.picture`))
    return mtimeMs > Date.now() + RETENTION_DAYS * 24 * 3_600_000
  }
  expect([await isPinned(own), await isPinned(common)]).toEqual([true, true])
  const { users } = team.app.auth!
  await users.remove((await users.getByEmail('user@example.org'))!.id)
  await team.app.close()
  const again = await startApp(
    await configFor(team.gallery, { ...signInBy(team.mail, ADMIN), data_directory: team.dataDirectory }),
  )
  await again.start()
  await expect.poll(() => isPinned(own)).toBe(false)
  expect(await isPinned(common)).toBe(true)
})

it('pictures of saved searches stay in a copy of the files that lost their times', async () => {
  const config = await configFor(await temporaryDirectory())
  const app = await startApp(config)
  const browser = openBrowser(app.http)
  const keep = async (n: number): Promise<string> => {
    const data = new FormData()
    data.set('image', new Blob([(await picture(n)) as Uint8Array<ArrayBuffer>]), 'q.png')
    return (await (await app.http.request('/api/queries', { method: 'POST', body: data })).json()).id
  }
  const [saved, other] = [await keep(1), await keep(2)]
  const search = { parts: [{ kind: 'image', query_id: saved }] }
  expect((await browser.post('/api/collections', { name: 'Like 1', search })).status).toBe(200)
  await app.close()
  const longAgo = new Date(Date.now() - (RETENTION_DAYS + 1) * 24 * 3_600_000)
  for (const id of [saved, other])
    for (const ending of ['picture', 'json'])
      await utimes(join(config.data_directory, 'queries', `${id}.${ending}`), longAgo, longAgo)
  const again = await startApp(config)
  await again.start()
  const statusOf = async (id: string) => (await openBrowser(again.http).get(`/api/queries/${id}`)).status
  await expect.poll(() => statusOf(other)).toBe(404)
  expect(await statusOf(saved)).toBe(200)
})

it('limits how many images a saved search finds, because all are read at once', () => {
  const parts = [{ kind: 'text', text: 'boat' }]
  expect(savedSearchSchema.parse({ parts, top_k: 1_000_000 })).toMatchObject({ top_k: 10_000 })
  expect(savedSearchSchema.parse({ parts, top_k: 500 })).toMatchObject({ top_k: 500 })
})
