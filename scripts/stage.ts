import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleServer, INSTALLED } from './bundle.ts'
import { softwareBill } from './sbom.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SWAGGER = 'node_modules/swagger-ui-dist'
const FONTS = 'node_modules/@expo-google-fonts/arimo'
/** Copied rather than installed: npm would also install a package that reports installations, and sixteen weights of a font. */
export const COPIED = [SWAGGER, FONTS]
/** List of the parts and dependencies of the package, in the CycloneDX format. */
const BILL = 'sbom.cdx.json'
const API_DOCS = [
  'swagger-ui.css',
  'swagger-ui-bundle.js',
  'swagger-ui-bundle.js.LICENSE.txt',
  'LICENSE',
  'NOTICE',
]
const FONT_FILES = ['400Regular/Arimo_400Regular.ttf', '700Bold/Arimo_700Bold.ttf', 'LICENSE_FONT']

/** Writes the content of the npm package, except for the page. @param directory a new one */
export async function stagePackage(directory: string): Promise<void> {
  await bundleServer(join(directory, 'lib'))
  copyPrograms(join(ROOT, 'server/src'), join(directory, 'lib'))
  for (const [from, to] of [
    ['server/bin', 'bin'],
    ['server/models', 'models'],
    ['README.md', 'README.md'],
    ['CHANGELOG.md', 'CHANGELOG.md'],
    ['LICENSE', 'LICENSE'],
    ['THIRD-PARTY-NOTICES.md', 'THIRD-PARTY-NOTICES.md'],
    ...API_DOCS.map((file) => [join(SWAGGER, file), join('api-docs', file)] as const),
    ...FONT_FILES.map((file) => [join(FONTS, file), join('fonts', file)] as const),
  ] as const)
    cpSync(join(ROOT, from), join(directory, to), { recursive: true })
  writeFileSync(join(directory, BILL), `${JSON.stringify(softwareBill(ROOT, COPIED), undefined, 2)}\n`)
  writeFileSync(join(directory, 'package.json'), `${JSON.stringify(manifest(), undefined, 2)}\n`)
}

/** Copies programs that other programs than Node run. */
function copyPrograms(from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory() && !['fixtures', 'testing'].includes(entry.name))
      copyPrograms(join(from, entry.name), join(to, entry.name))
    else if (entry.name.endsWith('.py')) cpSync(join(from, entry.name), join(to, entry.name))
  }
}

function manifest(): object {
  const read = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'))
  const { private: _, devDependencies: __, dependencies, ...own } = read('server/package.json')
  const workspace = read('package.json')
  return {
    ...own,
    version: workspace.version,
    description: workspace.description,
    keywords: ['image-search', 'sketch', 'similarity', 'embeddings', 'gallery'],
    files: [
      'api-docs',
      'bin',
      'fonts',
      'lib',
      'models',
      'page',
      'CHANGELOG.md',
      'THIRD-PARTY-NOTICES.md',
      BILL,
    ],
    dependencies: {
      ...Object.fromEntries(INSTALLED.map((name) => [name, dependencies[name]])),
      // The Node that runs it, independent of the one that started it.
      ...workspace.dependencies,
    },
  }
}
