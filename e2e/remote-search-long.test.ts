import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freePort } from '../server/src/testing/free-port.ts'
import { picture } from '../server/src/testing/pictures.ts'
import { temporaryDirectory } from '../server/src/testing/temporary.ts'
import { untilIndexed } from './support/demo.ts'
import { CLASSICAL, runCommand, startProduct } from './support/product.ts'
import { smallGallery } from './support/small-gallery.ts'

describe('a search of the gallery of a server', () => {
  it('needs no key without sign-in, understands words, and suggests similar ones', async () => {
    const { gallery, data } = await smallGallery()
    const product = await startProduct(gallery, data)
    await untilIndexed(product.url, 5)
    const query = join(await temporaryDirectory(), 'query.jpg')
    await writeFile(query, await picture(3, 'jpeg'))
    const words = ['--text', 'dog:0.5', '--without', 'boat:0.25', '--image', query]
    const remote = await runCommand(['search', '--server', product.url, ...words])
    expect(remote.stdout).toMatch(/^0\.\d{4} {2}sub\/3\.png\n/)
    const local = await runCommand(['search', gallery, '--data-directory', data, ...words])
    expect(remote).toMatchObject({ code: 0, stdout: local.stdout })
    for (const target of [
      ['--server', product.url],
      [gallery, '--data-directory', data],
    ])
      expect(await runCommand(['search', ...target, '--text', 'dgo'])).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/Similar words: .*\bdog\b.*\.\n$/),
      })
    expect(await product.stop()).toBe(0)
  })

  it('that cannot be carried out has a reason', async () => {
    const query = join(await temporaryDirectory(), 'query.png')
    await writeFile(query, await picture(1))
    const { gallery, data } = await smallGallery()
    const product = await startProduct(gallery, data, CLASSICAL)
    const nobody = `http://127.0.0.1:${await freePort()}`
    for (const [words, reason] of [
      [['--server', 'localhost:8000'], '--server: "localhost:8000" is not an address such as https://'],
      [['--server', 'pictures'], '--server: "pictures" is not an address such as https://'],
      [['--server', nobody], `The server at ${nobody} does not answer: connect ECONNREFUSED`],
      [['--server', product.url, '--top', '1001'], '--top: a server returns 1000 images at most.'],
      [['--server', product.url, '--text', 'dog'], 'does not understand words'],
      [['--server', product.url, '--image-id', 'x'], 'did not carry out the search: '],
    ] as const) {
      const { code, stdout, stderr } = await runCommand(['search', '--image', query, ...words])
      expect({ code, stdout, stderr }).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining(reason),
      })
      expect(stderr.trim().split('\n')).toHaveLength(1)
    }
    expect(await product.stop()).toBe(0)
  })
})
