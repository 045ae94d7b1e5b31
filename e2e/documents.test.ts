import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandsIn, documents, ROOT } from '../scripts/documents.ts'
import { findPostgres } from '../scripts/postgres.ts'
import { DEFAULT_EMBEDDER } from '../server/src/config/built-in.ts'
import { clientConfig, type PostgresOptions } from '../server/src/database/postgres/connection.ts'
import { freePort } from '../server/src/testing/free-port.ts'
import { takeMeasurements } from '../server/src/testing/measurements.ts'
import { circleSketch, picture, writeSettled } from '../server/src/testing/pictures.ts'
import { sharedPostgres } from '../server/src/testing/shared-postgres.ts'
import { CLASSICAL, runCommand, startLongRunning } from './support/product.ts'

/** Commands that are not run here, with the reason. */
const ELSEWHERE: [command: RegExp, reason: string][] = [
  [/^npm ci( && npm (start|test).*)?$/, 'a clean checkout is tested by it'],
  [/^npm (test|run test:long)$/, 'this is part of it'],
  [/^npm run (package|dev)\b/, 'package.test.ts does, and dev is for whoever looks at it'],
  [/^ONNXRUNTIME_NODE_INSTALL=skip npm install \.\/sketch-search/, 'package.test.ts installs what npm would'],
  [/^npx sketch-search PHOTO_FOLDER$/, 'package.test.ts starts the installed one'],
  [/^npm install @huggingface\/transformers$/, 'scripts/transformers.ts does'],
  [/^docker compose /, 'there is no Docker where tests run; compose.test.ts holds the files'],
  [/^sudo (sysctl|useradd|install) /, 'it changes the machine'],
  [/^sudo -u postgres (createuser|psql) /, 'prepare() creates the user and the extension'],
  [/^npx sketch-search (users keys |search --server )/, 'api-keys.test.ts uses them with sign-in'],
  [/^npx sketch-search worker --server /, 'api-keys-postgres.test.ts starts one with a key'],
  [/^python3 model\/make\.py /, 'it takes the training data and hours'],
]

const EMAIL = 'anna@example.org'
/** Owner of the databases. */
const OWNER = 'documents_owner'
/** A page's commands are tried one after the other, each of them starts the product, and all pages are tried at the same time. */
const TIMEOUT_MS = 300_000
const server = sharedPostgres()
const folders: string[] = []
beforeAll(async () => {
  const client = new Client(clientConfig(await server.createDatabase()))
  await client.connect()
  await client.query(`create role ${OWNER} login`)
  await client.end()
})
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

const commands = documents().flatMap((file) =>
  commandsIn(file).map((command) => ({ file: relative(ROOT, file), command })),
)
const isElsewhere = (command: string) => ELSEWHERE.some(([pattern]) => pattern.test(command))

/** A folder with every file that the pages mention. */
async function prepare(): Promise<{
  gallery: string
  reference: string
  environment: Record<string, string>
}> {
  // Pages are tried at the same time, so each test can't clean up for itself.
  const gallery = await realpath(await mkdtemp(join(tmpdir(), 'sketch-search-documents-')))
  folders.push(gallery)
  for (let n = 0; n < 6; n++) {
    const kind = n % 2 === 0 ? 'ball' : 'box'
    await writeSettled(join(gallery, 'PHOTOS', kind, `${n}.png`), await picture(n))
    await writeSettled(join(gallery, 'SKETCHES', kind, `${n}-1.png`), await picture(n))
  }
  for (const name of ['sketch.png', 'a.png']) await writeFile(join(gallery, name), await circleSketch())
  for (const name of ['b.jpg', 'photo.jpg']) await writeFile(join(gallery, name), await picture(0, 'jpeg'))
  const { password = '', ...database } = await server.createDatabase()
  await giveToOwner(database)
  const watcher = { watched_directory: join(gallery, 'PHOTOS'), watch_recursive: true }
  const own = (name: string) => {
    const directory = join(gallery, '.data', name)
    takeMeasurements(directory)
    return { watcher, data_directory: directory }
  }
  const port = await freePort()
  const files = {
    'config.yaml': { ...own('config'), port },
    'embedded.yaml': own('config'),
    'backup.yaml': own('backup'),
    'shared.yaml': { ...own('shared'), port, database: { ...database, user: OWNER, password } },
  }
  for (const [name, config] of Object.entries(files))
    await writeFile(join(gallery, name), JSON.stringify(config))
  await mkdir(join(gallery, '.home'))
  const environment = {
    XDG_DATA_HOME: join(gallery, '.home'),
    SERVER__PORT: String(port),
    ...CLASSICAL,
    PGHOST: '127.0.0.1',
    PGPORT: String(database.port),
    PGUSER: database.user!,
    PGPASSWORD: password,
    PGDATABASE: database.database!,
  }
  return { gallery, reference: await referenceDatabase(), environment }
}

/** Gives a database to a user who is no superuser, as docs/configuration.md does. */
async function giveToOwner(database: PostgresOptions): Promise<void> {
  const client = new Client(clientConfig(database))
  await client.connect()
  await client.query('create extension vector')
  await client.query(`alter database ${database.database} owner to ${OWNER}`)
  await client.end()
}

/** @returns the address of a database with the tables of the reference implementation and one user */
async function referenceDatabase(): Promise<string> {
  const { host, port, user, password, database } = await server.createDatabase()
  const url = new URL(`postgresql://${host}:${port}/${database}`)
  url.username = user!
  url.password = password ?? ''
  const client = new Client(url.href)
  await client.connect()
  await client.query(`
    create type userrole as enum ('USER', 'EDITOR', 'ADMIN');
    create table "user" (id uuid primary key, email varchar not null, role userrole not null);
    insert into "user" values ('00000000-0000-4000-8000-000000000001', 'clara@example.org', 'EDITOR');`)
  await client.end()
  return url.href
}

/** Only some embedders understand words. */
const hasWords = (command: string) => /--text\b|--kind text\b/.test(command)

/** Replaces placeholders in a command by names. */
function filledIn(command: string, reference = 'REFERENCE'): string[] {
  return (
    command
      .replace(/^npx sketch-search */, '')
      .replaceAll(/[[\]]/g, '')
      .replaceAll(/(\w)\|\w+/g, '$1')
      .replaceAll(/--json FILE/g, '--json report.json')
      .replaceAll(/--html FILE/g, '--html report.html')
      .replaceAll(/--from (URL|postgresql:\S+)/g, `--from ${reference}`)
      .replaceAll('--from FILE --to FILE', '--from config.yaml --to backup.yaml')
      .replaceAll(/--config FILE/g, '--config config.yaml')
      // The configuration has a free port.
      .replaceAll(' --port 8001', '')
      .replaceAll(/--(sketch|image) FILE/g, '--$1 sketch.png')
      .replaceAll(/--gallery DIR/g, '--gallery PHOTOS')
      .replaceAll(/--scenes OTHERS/g, '--scenes SKETCHES')
      .replaceAll(/--limit N/g, '--limit 2')
      .replaceAll(/--queries DIR/g, '--queries SKETCHES')
      .replaceAll('examples/', join(ROOT, 'examples/'))
      .replaceAll(/\bFOLDER\b/g, 'PHOTOS')
      .replaceAll(/\bNAME\b/g, hasWords(command) ? DEFAULT_EMBEDDER : 'classical')
      .replaceAll(/\bEMAIL ROLE\b/g, `${EMAIL} user`)
      .match(/'[^']*'|\S+/g)!
      .map((word) => word.replaceAll("'", ''))
  )
}

describe('commands in the documents', () => {
  it('are all run here or in another test', () => {
    const unknown = commands.filter(
      ({ command }) =>
        !isElsewhere(command) &&
        !/^(npx sketch-search|sudo -u postgres (pg_dump|pg_restore|createdb|dropdb)) /.test(command),
    )
    expect(unknown).toEqual([])
    const unused = ELSEWHERE.filter(([pattern]) => !commands.some(({ command }) => pattern.test(command)))
    expect(unused).toEqual([])
    expect(commands.length).toBeGreaterThan(30)
  })

  // A command that several pages contain runs once.
  const lineOf = (command: string) => (command.startsWith('npx ') ? filledIn(command).join(' ') : command)
  const once = new Map<string, { file: string; command: string }>()
  for (const { file, command } of commands) {
    const line = lineOf(command)
    // Moves it to its place in the last page.
    once.delete(line)
    once.set(line, { file, command })
  }
  const tried = Map.groupBy(
    [...once.values()].filter(({ command }) => !isElsewhere(command)),
    ({ file }) => file,
  )
  it.concurrent.each([...tried])('work: %s', { timeout: TIMEOUT_MS }, async (_page, commandsOfPage) => {
    const { gallery, reference, environment } = await prepare()
    // There is an admin besides those of the page.
    const admin = ['users', 'add', 'root@example.org', 'admin']
    if (commandsOfPage.some(({ command }) => command.includes(' users ')))
      for (const where of [
        ['--folder', 'PHOTOS'],
        ['--config', 'config.yaml'],
      ])
        await runCommand([...admin, ...where], environment, gallery)
    for (const { command } of commandsOfPage) {
      if (!command.startsWith('npx ')) {
        const index = ['index', '--config', 'shared.yaml']
        const [, program] = /^sudo -u postgres (\w+)/.exec(command)!
        if (program === 'pg_dump') await runCommand(index, environment, gallery)
        const line = command
          .replace('sudo -u postgres ', `${findPostgres()}/`)
          .replaceAll(/\bsketch_search\b/g, environment.PGDATABASE!)
          .replaceAll(/=sketch\b/g, `=${OWNER}`)
        const { PGDATABASE: _, ...env } = { ...process.env, ...environment }
        execFileSync('sh', ['-c', line], { cwd: gallery, env })
        if (program !== 'pg_restore') continue
        const again = await runCommand(index, environment, gallery)
        expect(again.stdout, command).toMatch(/^0 indexed .* 6 in the index/)
        continue
      }
      const args = filledIn(command, reference)
      const isShared = args[0] === 'worker' && !args.includes('--config')
      const own = isShared ? { ...environment, SERVER_CONFIG_PATH: 'shared.yaml' } : environment
      if (['serve', 'worker'].includes(args[0] ?? '')) {
        const running = await startLongRunning(
          args,
          /Sketch-Search(: http:| worker)/,
          own,
          undefined,
          gallery,
        )
        expect(await running.stop(), command).toBe(0)
        continue
      }
      if (args[0] === 'prune' || args[0] === 'copy-catalog') {
        const index =
          args[0] === 'prune' ? ['index', ...args.slice(1, -2)] : ['index', '--config', 'config.yaml']
        await runCommand(index, own, gallery)
      }
      // The files of the chosen embedder stay.
      const chosen =
        args[0] === 'prune' || hasWords(command)
          ? { SERVER__EMBEDDER_REGISTRY__CHOSEN_EMBEDDER: DEFAULT_EMBEDDER }
          : {}
      // The paths in an example are relative to the clone.
      const directory = command.includes('examples/') ? ROOT : gallery
      const { code, stderr } = await runCommand(args, { ...own, ...chosen }, directory)
      expect({ command, code, stderr: code === 0 ? '' : stderr }).toEqual({ command, code: 0, stderr: '' })
    }
  })
})
