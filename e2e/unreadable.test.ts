import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { picture, writeSettled } from '../server/src/testing/pictures.ts'
import { untilIndexed } from './support/demo.ts'
import { BOUND_BY_PERMISSIONS, CLASSICAL, startProduct } from './support/product.ts'

interface Account {
  found: number
  indexed: number
  failed: number
  pending: number
  left_out: { rule: string; count: number; example: string }[]
  folders: { path: string; rule: string; reason: string | null }[]
}

let directory = ''
afterAll(async () => {
  await chmod(join(directory, 'gallery/closed'), 0o755)
  await rm(directory, { recursive: true })
})

it('folders and files that the server may not read are named, their images are kept, and they are read once it may', async () => {
  directory = await mkdtemp(join(tmpdir(), 'sketch-search-unreadable-'))
  const [gallery, data] = [join(directory, 'gallery'), join(directory, 'data')]
  const [closed, secret] = [join(gallery, 'closed'), join(gallery, 'secret.png')]
  await writeSettled(join(gallery, 'a.png'), await picture(1))
  await writeSettled(join(closed, 'b.png'), await picture(2))
  await writeSettled(secret, await picture(3))
  for (const path of [closed, secret]) await chmod(path, 0)
  const product = await startProduct(gallery, data, CLASSICAL, BOUND_BY_PERMISSIONS)
  const account = async () => (await (await fetch(`${product.url}/api/index/account`)).json()) as Account
  const scan = () => fetch(`${product.url}/api/index/reconcile`, { method: 'POST' })
  try {
    await untilIndexed(product.url, 1)
    await expect.poll(account).toMatchObject({
      ...{ found: 3, indexed: 1, pending: 0 },
      folders: [
        { path: 'closed', rule: 'unreadable_folder', reason: expect.stringMatching(/permission|EACCES/i) },
      ],
    })
    const { failed, left_out } = await account()
    expect(failed + left_out.reduce((sum, { count }) => sum + count, 0)).toBe(2)

    await chmod(closed, 0o755)
    await chmod(secret, 0o644)
    await scan()
    await expect.poll(account).toMatchObject({ found: 3, indexed: 3, failed: 0, left_out: [], folders: [] })

    await chmod(closed, 0)
    await scan()
    await expect
      .poll(account)
      .toMatchObject({ indexed: 3, folders: [{ path: 'closed', rule: 'unreadable_folder' }] })
  } finally {
    await product.stop()
  }
})
