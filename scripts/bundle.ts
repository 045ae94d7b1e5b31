import { join, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type OutputOptions, type Plugin, type RolldownBuild, rolldown } from 'rolldown'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SOURCE = join(ROOT, 'server/src')
/** What Node is told to run: the command line, the other threads and the other process. */
const PROGRAMS = [
  'main',
  'catalog/sqlite/worker',
  'gallery/decoder-process',
  'gallery/reader-thread',
  'embedding/process/worker',
]

/** Packages that npm installs beside the server, because they have binaries or other files of their own; all others become part of it. */
export const INSTALLED = [
  '@parcel/watcher',
  'libheif-js',
  'libraw-wasm',
  'onnxruntime-node',
  'pdfkit',
  'sharp',
  'usearch',
]
/** What is used if somebody has installed it. */
const OPTIONAL = ['@huggingface/transformers', 'pg-native']
const OUTPUT: OutputOptions = { format: 'esm', chunkFileNames: '[name]-[hash].js' }

/**
 * Writes the server as a few files of JavaScript with what they use of other packages: a quarter of what a short command takes
 * went into looking for and reading some hundred modules.
 * @param directory gets each program at the place that it has in `server/src`
 * @throws what Rolldown says of an import that leads nowhere
 */
export async function bundleServer(directory: string): Promise<void> {
  await using bundle = await open()
  await bundle.write({ ...OUTPUT, dir: directory })
}

/** @returns the folders of the packages that have become part of the server, from the root of the checkout */
export async function bundledPackages(): Promise<string[]> {
  await using bundle = await open()
  const { output } = await bundle.generate(OUTPUT)
  const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))
  const packages = modules.flatMap(
    (id) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(relative(ROOT, id).split(sep).join('/')) ?? [],
  )
  return [...new Set(packages)]
}

function open(): Promise<RolldownBuild> {
  return rolldown({
    input: Object.fromEntries(PROGRAMS.map((name) => [name, `${SOURCE}/${name}.ts`])),
    platform: 'node',
    external: [...INSTALLED, ...OPTIONAL].map((name) => new RegExp(`^${name}(/|$)`)),
    plugins: [keepPlaces()],
    onwarn(warning) {
      if (warning.code === 'UNRESOLVED_IMPORT') throw new Error(warning.message)
    },
  })
}

/** Modules look for what lies beside them, so each is told the address that it would have by itself. */
function keepPlaces(): Plugin {
  return {
    name: 'keep-places',
    transform: {
      filter: { id: /[\\/]server[\\/]src[\\/]/, code: 'import.meta.url' },
      handler(code, id) {
        const place = relative(SOURCE, id).split(sep).join('/').replace(/\.ts$/, '.js')
        return code.replaceAll('import.meta.url', `PLACE_OF_MODULE(${JSON.stringify(place)})`)
      },
    },
    renderChunk(code, { fileName }) {
      const root = posix.relative(posix.dirname(fileName), '.') || '.'
      return code.replaceAll(
        /PLACE_OF_MODULE\("(.+?)"\)/g,
        (_, place) => `new URL("${root}/${place}", import.meta.url).href`,
      )
    },
  }
}
