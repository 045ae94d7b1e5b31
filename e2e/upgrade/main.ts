/**
 * `npm run upgrade -- [--from COMMIT | --installed FOLDER] [--pictures N]`: indexes a gallery with version 0.1 on both databases, works with it as a team
 * does, makes a backup, then starts the version of this checkout on the same data and compares. Afterwards it goes back: the former version starts on the
 * restored backup. Needs the history of the repository, npm and Chromium.
 */
import { execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { drawDemoGallery } from '../../scripts/demo/draw-gallery.ts'
import { SUBJECTS } from '../../scripts/demo/subjects.ts'
import { signInBy, startMailServer } from '../../server/src/testing/mail-server.ts'
import { circleSketch } from '../../server/src/testing/pictures.ts'
import { startPostgres } from '../../server/src/testing/postgres.ts'
import { launchBrowser } from '../support/browser.ts'
import { asEnvironment, type Product, startProduct } from '../support/product.ts'
import { compare, type Index, readIndex } from './index-of.ts'
import { type Member, signIn } from './member.ts'
import { type BackUp, backUpDatabase, backUpFiles, databaseSettings, type Store } from './stores.ts'
import { type Visit, visitAgain, visitFormer } from './visits.ts'

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

const browser = await launchBrowser()
try {
  if (values.installed === undefined) await install()
  const gallery = join(directory, 'gallery')
  console.log(`Drawing ${values.pictures} pictures …`)
  await drawDemoGallery(gallery, Math.ceil(Number(values.pictures) / Object.keys(SUBJECTS).length))
  await writeFile(join(gallery, 'damaged.jpg'), 'no picture')
  const postgres = await startPostgres()
  try {
    await upgrade('sqlite', gallery, {}, backUpFiles)
    const settings = databaseSettings(await postgres.createDatabase())
    await upgrade('postgres', gallery, settings, backUpDatabase(postgres))
  } finally {
    await postgres.close()
  }
} finally {
  await browser.close()
  await rm(directory, { recursive: true, force: true })
}
for (const problem of problems) console.error(problem)
console.log(problems.length === 0 ? 'Nothing was lost.' : `${problems.length} problems.`)
process.exitCode = problems.length === 0 ? 0 : 1

async function install(): Promise<void> {
  console.log(`Installing ${values.from} …`)
  await mkdir(former)
  const archive = `${former}.tar`
  execFileSync('git', ['archive', `--output=${archive}`, values.from], { cwd: root })
  execFileSync('tar', ['-xf', archive, '-C', former])
  execFileSync('npm', ['ci', '--silent'], { cwd: former, stdio: 'ignore' })
}

/** Works on one gallery and database with the former version, stops it, starts this one, and goes back. */
async function upgrade(
  name: string,
  original: string,
  settings: Record<string, unknown>,
  backUp: BackUp,
): Promise<void> {
  const gallery = join(directory, `gallery-${name}`)
  await cp(original, gallery, { recursive: true, preserveTimestamps: true })
  const mail = await startMailServer({}, () => {})
  const store = { dataDirectory: join(directory, `data-${name}`), settings }
  const start = (at: Store, program?: string[]) =>
    startProduct(
      gallery,
      at.dataDirectory,
      asEnvironment({ ...signInBy(mail, ADMIN), ...at.settings }),
      program,
    )
  const program = [join(former, 'node_modules/.bin/node'), join(former, 'server/src/main.ts')]
  console.log(`${name}: indexing with ${values.from} …`)
  const old = await start(store, program)
  const admin = await signIn(old.url, ADMIN, mail)
  await untilIndexed(admin)
  await admin.post('/api/users', { email: EDITOR, role: 'editor' })
  const editor = await signIn(old.url, EDITOR, mail)
  const visit = await visitFormer(browser, old.url, editor.cookies())
  const kept = await keepQuery(editor)
  await changeFiles(gallery, editor)
  await untilIndexed(admin)
  const before = await readIndex(admin)
  await old.stop()
  const restore = await backUp(store, join(directory, `backup-${name}`))
  const past = { admin, editor, kept, visit, before }

  console.log(`${name}: starting this version on it …`)
  const begin = performance.now()
  const product = await start(store)
  const startMs = Math.round(performance.now() - begin)
  await during(name, product, async () => {
    await checkWhileEmbedding(name, product, past, startMs)
    await compareWith(name, product, past)
    problems.push(
      ...(await visitAgain(browser, product.url, editor.cookies(), visit)).map((one) => `${name}: ${one}`),
    )
    const again = await signIn(product.url, EDITOR, mail)
    if ((await roleOf(again)) !== 'editor') problems.push(`${name}: nobody can sign in`)
  })

  console.log(`${name}: going back to ${values.from} …`)
  const restored = await start(await restore(), program)
  await during(name, restored, () => compareWith(`${name}, going back`, restored, past))
  await mail.close()
}

async function during(name: string, product: Product, check: () => Promise<void>): Promise<void> {
  try {
    await check()
  } catch (error) {
    problems.push(`${name}: ${error}\n${product.output()}`)
  } finally {
    await product.stop()
  }
}

interface Past {
  admin: Member
  editor: Member
  /** Id of a kept query. */
  kept: string
  visit: Visit
  before: Index
}

/** Searches from the first second until the gallery has been embedded again. */
async function checkWhileEmbedding(
  name: string,
  product: Product,
  past: Past,
  startMs: number,
): Promise<void> {
  const [admin, editor] = [past.admin.at(product.url), past.editor.at(product.url)]
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
  if (empty > 0)
    problems.push(
      `${name}: ${empty} of ${searches} searches found less than ${FOUND} images while the gallery was embedded again`,
    )
  console.log(
    `${name}: started in ${startMs} ms; ${searches} searches during embedding, ${byFormer} of them answered by the former model`,
  )
}

/** Compares the index, users, sessions and saved queries with those of before. */
async function compareWith(name: string, product: Product, past: Past): Promise<void> {
  const [admin, editor] = [past.admin.at(product.url), past.editor.at(product.url)]
  await untilIndexed(admin)
  if ((await roleOf(editor)) !== 'editor') problems.push(`${name}: the editor's session ended`)
  const after = await readIndex(admin)
  problems.push(...compare(past.before, after).map((difference) => `${name}: ${difference}`))
  const query = await editor.get<{ id?: string }>(`/api/queries/${past.kept}`)
  if (query.id !== past.kept) problems.push(`${name}: the saved query is gone`)
  console.log(
    `${name}: ${after.images.size} images, ${after.failures.length} failures, ${after.users.length} users compared`,
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
