import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { afterUpgrade, describeFormerIndex } from './former-index.contract.ts'
import { embeddedDatabase } from './testing/app.ts'
import { openSharedEmbedder } from './testing/shared-embedder.ts'

describeFormerIndex('an upgrade of the embedder on the embedded database', embeddedDatabase)

it('closes the former embedder at once if its vectors cannot be opened', async () => {
  let isClosed = false
  let dataDirectory = ''
  const { app } = await afterUpgrade(
    embeddedDatabase,
    (config) => {
      dataDirectory = config.data_directory
      return config
    },
    {
      async openEmbedder(name, ...rest) {
        const opened = await openSharedEmbedder(name, ...rest)
        if (name !== 'before') return opened
        const catalog = new DatabaseSync(join(dataDirectory, 'catalog.sqlite'))
        catalog.exec("pragma busy_timeout = 5000; update embedders set dimensions = 7 where name = 'before'")
        catalog.close()
        const close = opened.embedder.close.bind(opened.embedder)
        opened.embedder.close = async () => {
          isClosed = true
          await close()
        }
        return opened
      },
    },
  )
  const status = await (await app.http.request('/api/index/status')).json()
  expect(status).toMatchObject({
    search_embedder: 'classical',
    search_problem: expect.stringMatching(/no vectors of "before"/),
  })
  expect(isClosed).toBe(true)
})
