import { join, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type OutputOptions, type Plugin, type RolldownBuild, rolldown } from 'rolldown'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SOURCE = join(ROOT, 'server/src')
/** Programs that Node starts: the command line, threads and child processes. */
const PROGRAMS = [
  'main',
  'catalog/sqlite/worker',
  'catalog/sqlite/index-writer',
  'gallery/decoder-process',
  'gallery/reader-thread',
  'embedding/process/worker',
]

/** Packages that npm installs beside the server, because they have binaries or other files of their own; all others become part of it. */
export const INSTALLED = [
  '@parcel/watcher',
  // The one that pdfkit uses.
  'fontkit',
  'libheif-js',
  'libraw-wasm',
  'onnxruntime-node',
  'pdfkit',
  'sharp',
  'usearch',
]
/** Packages that are used if they are installed. */
const OPTIONAL = ['@huggingface/transformers', 'pg-native']
const OUTPUT: OutputOptions = { format: 'esm', chunkFileNames: '[name]-[hash].js' }

/**
 * Writes the server as a few JavaScript files together with most libraries: a short command spent a quarter of its time on
 * finding and reading hundreds of modules.
 * @param directory receives each program at its place in `server/src`
 * @throws errors of Rolldown about imports that cannot be resolved
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

/** Modules find files beside them by their address, so each receives the address of its source. */
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
