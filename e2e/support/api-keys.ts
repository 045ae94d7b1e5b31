import { cp, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { circleSketch } from '../../server/src/testing/pictures.ts'
import { temporaryDirectory } from '../../server/src/testing/temporary.ts'
import { type CommandResult, runCommand } from './product.ts'
import { ADMIN, startTeam } from './team.ts'

/** Tests the keys that the command line creates, with the accounts in a database. @param keys of the configuration */
export function itUsesApiKeys(
  database: string,
  team: { readonly gallery: string },
  keys: () => Promise<Record<string, unknown>>,
): void {
  it(`on ${database} searches from the command line with an API key, until the key is revoked`, async () => {
    const { gallery } = team
    const { product, data, environment } = await startTeam(await keys())
    const folders = ['--folder', gallery, '--data-directory', data]
    const onKeys = (...words: string[]) => runCommand(['users', 'keys', ...words, ...folders], environment)
    const search = (token: string, words: string[]) =>
      runCommand(['search', '--server', product.url, ...words], { SKETCH_SEARCH_API_KEY: token })
    expect((await onKeys('list', ADMIN)).stdout).toBe(`${ADMIN} has no keys.\n`)
    const token = (await onKeys('add', ADMIN, '--role', 'user', '--name', 'nightly search')).stdout.trim()
    expect(token).toMatch(/^sketchsearch_[0-9a-f]{16}_\S{43}$/)
    const id = token.split('_')[1]!
    const row = (used: string) => RegExp(`^id .*\n${id} +user +[-\\d]{10} +${used} +nightly search\n$`)
    expect((await onKeys('list', ADMIN)).stdout).toMatch(row('never'))

    const images = await indexedImages(product.url, token, await countImages(gallery))
    const words = await everyPart(gallery, images)
    const remote = await search(token, words)
    expect(remote).toMatchObject({ code: 0, stderr: '' })
    const found = JSON.parse(remote.stdout)
    // The unwanted image is left out.
    expect(found).toHaveLength(images.length - 1)
    const local = await runCommand(['search', gallery, '--data-directory', data, ...words], environment)
    // Scores of the HTTP API have six decimals.
    expect(found).toEqual(
      JSON.parse(local.stdout).map((image: { score: number }) => ({
        ...image,
        score: expect.closeTo(image.score, 5),
      })),
    )
    expect((await onKeys('list', ADMIN)).stdout).toMatch(row('[-\\d]{10}'))

    expect((await onKeys('revoke', ADMIN, id)).stdout).toBe(`The key ${id} has been revoked.\n`)
    for (const [key, advice] of [
      [
        token,
        /The key in SKETCH_SEARCH_API_KEY is not valid: it is mistyped, revoked or of another server\.\n$/,
      ],
      ['', /Set SKETCH_SEARCH_API_KEY to an API key with the role user\.\n$/],
    ] as const)
      expect(await search(key, words)).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(advice),
      })
    await checkRefusals(onKeys, id)
  })
}

async function checkRefusals(
  onKeys: (...words: string[]) => Promise<CommandResult>,
  revoked: string,
): Promise<void> {
  for (const [words, reason] of [
    [['revoke', ADMIN, revoked], 'There is no such key.'],
    [['list', 'nobody@example.org'], 'There is no user with the address "nobody@example.org".'],
    [['add', 'no-address'], 'is not an e-mail address'],
    [['add', ADMIN, '--role', 'boss'], 'Allowed choices are'],
    [['add', ADMIN, '--name', 'x'.repeat(101)], 'The name of a key has 1 to 100 characters.'],
  ] as const)
    expect(await onKeys(...words)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(reason),
    })
}

interface Listed {
  id: string
  path: string
}

async function countImages(gallery: string): Promise<number> {
  const entries = await readdir(gallery, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).length
}

/** Waits for the index, with the rights of a key. */
async function indexedImages(url: string, token: string, count: number): Promise<Listed[]> {
  const get = async (path: string) => {
    const response = await fetch(`${url}/api/${path}`, { headers: { authorization: `Bearer ${token}` } })
    expect(response.status).toBe(200)
    return response.json()
  }
  await expect
    .poll(() => get('index/status'))
    .toMatchObject({ indexed: count, pending: 0, metadata_pending: 0 })
  return (await get(`images?items_per_page=${count}&order_by=user_visible_name`)).images
}

/** A search by all kinds of parts that need no words; files of the gallery are sent as copies with other names. */
async function everyPart(gallery: string, images: Listed[]): Promise<string[]> {
  const directory = await temporaryDirectory()
  const copies = [0, 1, 2, 3].map((n) => join(directory, `copy-${n}`))
  for (const [n, copy] of copies.entries()) await cp(join(gallery, images[n]!.path), copy)
  const sketch = join(directory, 'sketch.png')
  await writeFile(sketch, await circleSketch())
  const parts = [
    ['--sketch', `${sketch}:0.5`],
    ['--image', copies[0]!],
    ['--image-id', `${images[4]!.id}:0.75`],
    ['--region', `${copies[1]}@0.1,0.2,0.5,0.6`],
    ['--region', `${sketch}@0,0,0.5,1:0.25`],
    ['--colours', '#d02020*2 #3070D0@0,0,1,0.3:0.5'],
    ['--colours', `${copies[2]}:0.5`],
    ['--less-like', `${copies[3]}:0.25`],
  ]
  return [...parts.flat(), '--top', String(images.length), '--json']
}
