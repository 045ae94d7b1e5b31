import { describe, expect, it } from 'vitest'
import type { App } from '../app/compose.ts'
import { configFor, embeddedDatabase, startApp } from '../testing/app.ts'
import { circleSketch } from '../testing/pictures.ts'
import { onceForAll, temporaryDirectory } from '../testing/temporary.ts'
import { describeParts, served } from './search.contract.ts'

describeParts('a search by parts', embeddedDatabase)

describe('a search whose client has gone', () => {
  it('ends before its picture is embedded', async () => {
    const app = await startApp(await configFor(await temporaryDirectory()))
    const client = new AbortController()
    const reason = new Error('gone')
    const read = async () => {
      client.abort(reason)
      return circleSketch()
    }
    const { signal } = client
    const term = { kind: 'sketch', weight: 1, picture: { read } } as const
    const searching = app.search.find([term], { filter: {}, topK: 10, offset: 0, limit: 10, signal })
    await expect(searching).rejects.toBe(reason)
    expect(app.search.isBusy).toBe(false)
  })
})

describe('a saved search whose client has gone', () => {
  const open = onceForAll(async (onEnd) => {
    const app = await startApp(await configFor(await temporaryDirectory(onEnd), {}, onEnd), {}, onEnd)
    const form = new FormData()
    form.set('image', new File([new Uint8Array(await circleSketch())], 'sketch.png'))
    const kept = await (await app.http.request('/api/queries', { method: 'POST', body: form })).json()
    const search = { parts: [{ kind: 'sketch', query_id: kept.id }] }
    const { id } = await app.catalog.collections.create({ name: 'x', ownerId: '', isShared: false, search })
    return { app, id }
  })

  it.each(['/api/collections/ID/images', '/api/images?collection=ID', '/api/timeline?collection=ID'])(
    'ends in %s',
    async (path) => {
      const { app, id } = await open()
      const client = new AbortController()
      const { find } = app.search
      let outcome: unknown
      app.search.find = async (terms, options) => {
        client.abort()
        const searching = find(terms, options)
        outcome = await searching.catch((error: unknown) => error)
        return searching
      }
      await app.http.request(path.replace('ID', id), { signal: client.signal })
      app.search.find = find
      expect(outcome).toBe(client.signal.reason)
    },
  )
})

describe('the words of the model', () => {
  const withWords = onceForAll((onEnd) => served('sketch-search-5', embeddedDatabase, onEnd))
  const withAnyText = onceForAll((onEnd) => served('captions', embeddedDatabase, onEnd))
  const withoutWords = onceForAll((onEnd) => served('classical', embeddedDatabase, onEnd))

  const get = async (app: App, path: string) => (await app.http.request(path)).json()

  it('complete a prefix', async () => {
    expect(await get(await withWords(), '/api/words?prefix=eleph')).toMatchObject({
      words: expect.arrayContaining(['elephant']),
    })
    expect(await get(await withWords(), '/api/words?prefix=d&limit=2')).toMatchObject({
      words: [expect.any(String), expect.any(String)],
    })
    expect(await get(await withoutWords(), '/api/words?prefix=eleph')).toEqual({
      prefix: '',
      words: [],
      known: false,
    })
    expect(await get(await withWords(), '/api/words?prefix=elef&language=de')).toMatchObject({
      words: expect.arrayContaining(['Elefant']),
    })
    expect(await get(await withWords(), '/api/words?prefix=a%20dog%20and%20a%20guitar')).toMatchObject({
      known: true,
    })
    expect(await get(await withWords(), '/api/words?prefix=a%20dog%20and%20a%20gui')).toMatchObject({
      known: false,
      prefix: 'gui',
      words: expect.arrayContaining(['guitar']),
    })
  })

  it('keep their language in saved searches and exports', async () => {
    const app = await withWords()
    const post = async (path: string, body: object) => {
      const headers = { 'content-type': 'application/json' }
      const response = await app.http.request(path, { method: 'POST', headers, body: JSON.stringify(body) })
      expect(response.status).toBe(200)
      return response.json()
    }
    const scores = (images: { path: string; score: number }[]) =>
      images.map(({ path, score }) => [path, score.toFixed(4)])
    const english = { parts: [{ kind: 'text', text: 'Boot' }] }
    const german = { ...english, language: 'de' }
    const found = await post('/api/images/search', { ...german, top_k: 8 })
    expect(found.parts).toEqual([{ kind: 'text', words: ['Boot'] }])
    expect((await post('/api/images/search', { ...english, top_k: 8 })).parts).toEqual([
      { kind: 'text', words: ['boot'] },
    ])
    const { id } = await post('/api/collections', { name: 'Boote', search: german })
    const listed = await get(app, `/api/collections/${id}/images`)
    expect(scores(listed.images)).toEqual(scores(found.images))
    for (const source of [{ search: german }, { collection: id }])
      expect(scores(await post('/api/export', { format: 'json', ...source }))).toEqual(scores(found.images))
  })

  it('are part of the status', async () => {
    expect(await get(await withWords(), '/api/index/status')).toMatchObject({
      words: { kind: 'vocabulary', languages: ['en', 'de'] },
    })
    expect(await get(await withAnyText(), '/api/index/status')).toMatchObject({ words: { kind: 'any' } })
    expect(await get(await withoutWords(), '/api/index/status')).toMatchObject({
      words: { kind: 'none', languages: [], count: null },
    })
  })
})
