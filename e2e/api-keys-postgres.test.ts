import { readdir } from 'node:fs/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sharedPostgres } from '../server/src/testing/shared-postgres.ts'
import { temporaryDirectory } from '../server/src/testing/temporary.ts'
import { itUsesApiKeys } from './support/api-keys.ts'
import { runCommand, startLongRunning } from './support/product.ts'
import { ADMIN, startTeam, useTeamGallery } from './support/team.ts'

const team = useTeamGallery()

async function newDatabase(): Promise<Record<string, unknown>> {
  const database = await sharedPostgres().createDatabase()
  return Object.fromEntries(Object.entries(database).map(([key, value]) => [`database.${key}`, value]))
}

describe('a search of the gallery of a server', () => {
  itUsesApiKeys('PostgreSQL', team, newDatabase)
})

describe('a worker without the folder', () => {
  it('starts with the key of an editor, and leaves no copies behind', async () => {
    const { product, data, environment } = await startTeam(await newDatabase())
    const folders = ['--folder', team.gallery, '--data-directory', data]
    const keyFor = async (role: string) =>
      (
        await runCommand(['users', 'keys', 'add', ADMIN, '--role', role, ...folders], environment)
      ).stdout.trim()
    const words = ['worker', '--server', product.url, '--data-directory', `${data}-worker`]
    const temporary = await temporaryDirectory()
    const withKey = (token: string) => ({ ...environment, SKETCH_SEARCH_API_KEY: token, TMPDIR: temporary })
    const copies = async () =>
      (await readdir(temporary)).filter((name) => name.startsWith('sketch-search-worker-'))
    for (const [token, advice] of [
      ['', /Set SKETCH_SEARCH_API_KEY to an API key with the role editor\.\n$/],
      [
        'wrong',
        /The key in SKETCH_SEARCH_API_KEY is not valid: it is mistyped, revoked or of another server\.\n$/,
      ],
      [await keyFor('user'), /The key in SKETCH_SEARCH_API_KEY needs the role editor\.\n$/],
    ] as const)
      expect(await runCommand(words, withKey(token))).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(advice),
      })
    expect(await runCommand([...words, team.gallery], environment)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Give either a folder or --server: both name the gallery.'),
    })
    expect(await copies()).toEqual([])

    const key = withKey(await keyFor('editor'))
    const worker = await startLongRunning(words, /Sketch-Search worker for (http:\S+)/, key)
    onTestFinished(() => worker.kill())
    expect(worker.url).toBe(product.url)
    expect(await copies()).toHaveLength(1)
    expect(await worker.stop('SIGTERM')).toBe(0)
    expect(await copies()).toEqual([])
  })
})
