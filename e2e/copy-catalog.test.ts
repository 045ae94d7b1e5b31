import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { picture } from '../server/src/testing/pictures.ts'
import { sharedPostgres } from '../server/src/testing/shared-postgres.ts'
import { temporaryDirectory } from '../server/src/testing/temporary.ts'
import { CLASSICAL, runCommand } from './support/product.ts'
import { smallGallery } from './support/small-gallery.ts'

describe('sketch-search copy-catalog', () => {
  it('copies an index to another database, where a search gives the same results', async () => {
    const { gallery, data } = await smallGallery()
    const server = sharedPostgres()
    await runCommand(['index', gallery, '--data-directory', data], CLASSICAL)
    const { password = '', ...database } = await server.createDatabase()
    const directory = await temporaryDirectory()
    const [from, to, back] = ['from', 'to', 'back'].map((name) => join(directory, `${name}.yaml`))
    const watcher = { watched_directory: gallery, watch_recursive: true }
    const configs = {
      [from!]: { watcher, data_directory: data },
      [to!]: { watcher, data_directory: join(directory, 'shared'), database },
      [back!]: { watcher, data_directory: join(directory, 'back') },
    }
    // JSON is valid YAML.
    for (const [file, config] of Object.entries(configs)) await writeFile(file, JSON.stringify(config))
    // The password belongs to the side with a database server. It must not turn the other side into one.
    const environment = { ...CLASSICAL, SERVER__DATABASE__PASSWORD: password }
    const copied = await runCommand(['copy-catalog', '--from', from!, '--to', to!], environment)
    expect(copied).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^5 images with their vectors of 1 embedder and colours, and 0 failures copied in \d+ s\.\n$/,
      ),
    })
    const again = await runCommand(['copy-catalog', '--from', from!, '--to', to!], environment)
    expect(again.stdout).toMatch(/; 15 of these rows already existed\.\n$/)
    const indexed = await runCommand(['index', '--config', to!], environment)
    expect(indexed.stdout).toMatch(/^0 indexed .*5 in the index, 0 failed/)
    expect(await runCommand(['copy-catalog', '--from', to!, '--to', back!], environment)).toMatchObject({
      code: 0,
    })
    const query = join(directory, 'query.png')
    await writeFile(query, await picture(3))
    const found = await Promise.all(
      [from!, back!].map((config) => runCommand(['search', '--config', config, '--image', query], CLASSICAL)),
    )
    expect(found[0]!.stdout).toMatch(/^[01]\.\d{4} {2}sub\/3\.png\n/)
    expect(found[1]!.stdout).toBe(found[0]!.stdout)
  })
})
