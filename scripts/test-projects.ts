import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const TEST_FILES = ['server/src', 'web/src', 'scripts', 'bench', 'e2e'].map(
  (folder) => `${folder}/**/*.test.ts`,
)

/**
 * Kinds of tests by what they need: `unit` nothing, `isolated` modules that no other file has loaded, because it replaces some
 * (`vi.mock`), `server` the app in the process of the test, `product` the bundled program, `browser` also a browser. `long` takes minutes or needs PostgreSQL or strace, and is run by `npm run test:long` alone; so is the part
 * of another file that takes longest, in a file of its own with `-long` in its name.
 */
export const PROJECTS = ['browser', 'product', 'server', 'isolated', 'unit', 'long'] as const
export type Project = (typeof PROJECTS)[number]
/** Projects of `npm test`, in the order in which they start. */
export const SHORT_PROJECTS = PROJECTS.filter((project) => project !== 'long')

/** Tests that take long, or check rarer cases in a browser, although they need no database server. */
const LONG_FILES = [
  'e2e/accessibility.test.ts',
  'e2e/account.test.ts',
  'e2e/api-keys-dialog.test.ts',
  'e2e/api-keys.test.ts',
  'e2e/collections.test.ts',
  'e2e/components.test.ts',
  'e2e/crash.test.ts',
  'e2e/deleted-part.test.ts',
  'e2e/embedders.test.ts',
  'e2e/export.test.ts',
  'e2e/file-manager.test.ts',
  'e2e/final-deletion.test.ts',
  'e2e/first-load.test.ts',
  'e2e/installed.test.ts',
  'e2e/interaction.test.ts',
  'e2e/large-view.test.ts',
  'e2e/missing-part.test.ts',
  'e2e/network.test.ts',
  'e2e/package.test.ts',
  'e2e/phone.test.ts',
  'e2e/place.test.ts',
  'e2e/quality.test.ts',
  'e2e/reverse-proxy.test.ts',
  'e2e/review.test.ts',
  'e2e/sign-in.test.ts',
  'e2e/soak.test.ts',
  'e2e/stopping.test.ts',
  'e2e/surfaces.test.ts',
  'e2e/upload.test.ts',
  'e2e/words.test.ts',
  'server/src/embedders.test.ts',
  'server/src/gallery/decoder-pool.test.ts',
  'server/src/hostile-files.test.ts',
  'server/src/http/match.test.ts',
  'server/src/search/duplicates/edited-copies.test.ts',
  'server/src/search/duplicates/finder.test.ts',
]
/** The text of a test decides its project, mostly its imports; the first rule that applies counts. */
const MARKS: [Project, RegExp][] = [
  ['long', /from '[./\w-]*\/testing\/((shared-)?postgres|citus)\.ts'|from '\.\/cluster\/run\.ts'/],
  ['browser', /from '\.\/support\/(browser|surfaces|team)\.ts'/],
  ['product', /from '\.\/support\/(product|api-keys)\.ts'/],
  ['isolated', /\bvi\.mock\(/],
  ['server', /from '[./\w-]*\/testing\/(app|team|conformance\/servers)\.ts'/],
]

/** Sorts all test files into their projects; paths are relative to the checkout. */
export function testFiles(): Record<Project, string[]> {
  const files: Record<Project, string[]> = {
    browser: [],
    product: [],
    server: [],
    isolated: [],
    unit: [],
    long: [],
  }
  for (const file of TEST_FILES.flatMap((pattern) => globSync(pattern, { cwd: ROOT })).sort())
    files[projectOf(file)].push(file.replaceAll('\\', '/'))
  return files
}

function projectOf(file: string): Project {
  if (LONG_FILES.includes(file.replaceAll('\\', '/')) || file.endsWith('-long.test.ts')) return 'long'
  const source = readFileSync(join(ROOT, file), 'utf8')
  return MARKS.find(([, mark]) => mark.test(source))?.[0] ?? 'unit'
}

/** Those that take longest, longest first, by the ends of their paths. `npm test` prints the slowest ones. */
const SLOWEST = [
  'documents.test.ts',
  'network.test.ts',
  'place.test.ts',
  'quality-long.test.ts',
  'drawing-long.test.ts',
  'page-long.test.ts',
  'interaction-long.test.ts',
  'postgres/catalog.test.ts',
  'cluster.test.ts',
  'soak.test.ts',
  'stopping.test.ts',
  'e2e/embedders.test.ts',
  'src/embedders.test.ts',
  'reverse-proxy.test.ts',
  'crash.test.ts',
  'package.test.ts',
  'sketch.test.ts',
  'page.test.ts',
  'drawing.test.ts',
  'quality.test.ts',
  'interaction.test.ts',
  'e2e/gallery.test.ts',
  'e2e/sign-in.test.ts',
  'command-line.test.ts',
  'gallery-sync.test.ts',
  'http.test.ts',
  'attacks.test.ts',
  'sync/account.test.ts',
  'python-embedder.test.ts',
  'supervisor.test.ts',
  'sqlite/catalog.test.ts',
  'javascript-embedder.test.ts',
]

/** Starts the slowest files of each project first, so that none of them is left at the end. Workers are reused within a project. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = SLOWEST.findIndex((path) => moduleId.endsWith(`/${path}`))
      return place === -1 ? SLOWEST.length : place
    }
    const order = ({ project }: TestSpecification) => PROJECTS.indexOf(project.name as Project)
    return [...files].sort(
      (a, b) => order(a) - order(b) || rank(a) - rank(b) || (a.moduleId < b.moduleId ? -1 : 1),
    )
  }
}
