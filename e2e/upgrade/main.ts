/**
 * `npm run upgrade -- [--from COMMIT | --installed FOLDER] [--pictures N]`: indexes a gallery with version 0.1 on both databases, works with it as a team
 * does, then starts the version of this checkout on the same data and compares. Needs the history of the repository and npm.
 */
import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { drawDemoGallery } from '../../scripts/demo/draw-gallery.ts'
import { SUBJECTS } from '../../scripts/demo/subjects.ts'
import { type MailServer, signInBy, startMailServer } from '../../server/src/testing/mail-server.ts'
import { circleSketch } from '../../server/src/testing/pictures.ts'
import { startPostgres } from '../../server/src/testing/postgres.ts'
import { asEnvironment, type Product, startProduct } from '../support/product.ts'
import { compare, type Index, readIndex } from './index-of.ts'
import { type Member, signIn } from './member.ts'

const FIRST_RELEASE = 'be0821b'
const { values } = parseArgs({
  options: {
    from: { type: 'string', default: FIRST_RELEASE },
    pictures: { type: 'string', default: '5000' },
    installed: { type: 'string' },
  },
})
const root = fileURLToPath(new URL('../..', import.meta.url))
const directory = await mkdtemp(join(tmpdir(), 'sketch-search-upgrade-'))
const former = values.installed ?? join(directory, 'former')
const ADMIN = 'admin@example.org'
const EDITOR = 'editor@example.org'
/** Number of images that each search finds. */
const FOUND = 10
const problems: string[] = []

if (values.installed === undefined) {
  console.log(`Installing ${values.from} …`)
  execFileSync('git', ['worktree', 'add', '--detach', former, values.from], { cwd: root, stdio: 'ignore' })
  execFileSync('npm', ['ci', '--silent'], { cwd: former, stdio: 'ignore' })
}
try {
  const gallery = join(directory, 'gallery')
  console.log(`Drawing ${values.pictures} pictures …`)
  await drawDemoGallery(gallery, Math.ceil(Number(values.pictures) / Object.keys(SUBJECTS).length))
  await writeFile(join(gallery, 'damaged.jpg'), 'no picture')
  const postgres = await startPostgres()
  try {
    await upgrade('sqlite', gallery, {})
    await upgrade('postgres', gallery, databaseKeys(await postgres.createDatabase()))
  } finally {
    await postgres.close()
  }
} finally {
  if (values.installed === undefined)
    execFileSync('git', ['worktree', 'remove', '--force', former], { cwd: root })
  await rm(directory, { recursive: true, force: true })
}
for (const problem of problems) console.error(problem)
console.log(problems.length === 0 ? 'Nothing was lost.' : `${problems.length} problems.`)
process.exitCode = problems.length === 0 ? 0 : 1

/** Works on one gallery and database with the former version, stops it, and starts this one. */
async function upgrade(name: string, original: string, settings: Record<string, unknown>): Promise<void> {
  const gallery = join(directory, `gallery-${name}`)
  await cp(original, gallery, { recursive: true, preserveTimestamps: true })
  const mail = await startMailServer({}, () => {})
  const data = join(directory, `data-${name}`)
  const environment = asEnvironment({ ...signInBy(mail, ADMIN), ...settings })
  const program = [join(former, 'node_modules/.bin/node'), join(former, 'server/src/main.ts')]
  console.log(`${name}: indexing with ${values.from} …`)
  const old = await startProduct(gallery, data, environment, program)
  const admin = await signIn(old.url, ADMIN, mail)
  await untilIndexed(admin)
  await admin.post('/api/users', { email: EDITOR, role: 'editor' })
  const editor = await signIn(old.url, EDITOR, mail)
  const kept = await keepQuery(editor)
  await changeFiles(gallery, editor)
  await untilIndexed(admin)
  const before = await readIndex(admin)
  await old.stop()

  console.log(`${name}: starting this version on it …`)
  const start = performance.now()
  const product = await startProduct(gallery, data, environment)
  const startMs = Math.round(performance.now() - start)
  try {
    await check(name, product, mail, { admin, editor, kept, before, startMs })
  } catch (error) {
    problems.push(`${name}: ${error}\n${product.output()}`)
  } finally {
    await product.stop()
    await mail.close()
  }
}

interface Past {
  admin: Member
  editor: Member
  /** Id of a kept query. */
  kept: string
  before: Index
  startMs: number
}

async function check(name: string, product: Product, mail: MailServer, past: Past): Promise<void> {
  const [admin, editor] = [past.admin.at(product.url), past.editor.at(product.url)]
  if ((await roleOf(editor)) !== 'editor') problems.push(`${name}: the editor's session ended`)
  const counts = { searches: 0, empty: 0, byFormer: 0, isDone: false }
  const searching = async () => {
    while (!counts.isDone) {
      counts.searches++
      const status = await admin.get<{ embedder: string; search_embedder: string }>('/api/index/status')
      if (status.search_embedder !== status.embedder) counts.byFormer++
      else if (counts.searches === 1)
        problems.push(`${name}: the former model did not answer the first search`)
      // Until the gallery is embedded again, the index of the former model answers.
      if ((await sketchSearch(editor)) < FOUND) counts.empty++
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  const indexing = untilIndexed(admin).finally(() => {
    counts.isDone = true
  })
  await Promise.all([indexing, searching()])
  const { searches, empty, byFormer } = counts
  const after = await readIndex(admin)
  problems.push(...compare(past.before, after).map((difference) => `${name}: ${difference}`))
  const query = await editor.get<{ id?: string }>(`/api/queries/${past.kept}`)
  if (query.id !== past.kept) problems.push(`${name}: the kept query is gone`)
  if (empty > 0)
    problems.push(
      `${name}: ${empty} of ${searches} searches found less than ${FOUND} images while the gallery was embedded again`,
    )
  const again = await signIn(product.url, EDITOR, mail)
  if ((await roleOf(again)) !== 'editor') problems.push(`${name}: nobody can sign in`)
  console.log(
    `${name}: started in ${past.startMs} ms; ${after.images.size} images, ${after.failures.length} failures, ${after.users.length} users; ${searches} searches during embedding, ${byFormer} of them answered by the former model`,
  )
}

/** Uploads and deletes files, and moves one on the disk. */
async function changeFiles(gallery: string, editor: Member): Promise<void> {
  const [first, second] = (await editor.images()).images
  await editor.delete(`/api/images/${first!.id}`)
  await rename(join(gallery, second!.path), join(gallery, 'moved.png'))
  const form = new FormData()
  form.set('image', new Blob([(await circleSketch()) as Uint8Array<ArrayBuffer>]), 'uploaded.png')
  await editor.send('POST', '/api/images', form)
}

async function keepQuery(member: Member): Promise<string> {
  const form = new FormData()
  form.set('image', new Blob([(await circleSketch()) as Uint8Array<ArrayBuffer>]), 'sketch.png')
  form.set('kind', 'sketch')
  return ((await member.send('POST', '/api/queries', form)) as { id: string }).id
}

async function roleOf(member: Member): Promise<string | undefined> {
  return (await member.get<{ role?: string }>('/api/session')).role
}

async function sketchSearch(member: Member): Promise<number> {
  const form = new FormData()
  form.set('image', new Blob([(await circleSketch()) as Uint8Array<ArrayBuffer>]), 'sketch.png')
  form.set('top_k', String(FOUND))
  const found = (await member.send('POST', '/api/images/similarity-search', form)) as { images?: unknown[] }
  return found.images?.length ?? 0
}

async function untilIndexed(member: Member): Promise<void> {
  for (let calm = 0; calm < 3; ) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    const status = await member.get<{ pending: number; state?: string }>('/api/index/status')
    calm = status.pending === 0 ? calm + 1 : 0
  }
}

function databaseKeys(options: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [`database.${key}`, value]))
}
