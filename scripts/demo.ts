/**
 * `npm run demo`: makes a gallery of photographs and starts on it, for people without a folder of pictures. With `--drawn`, the
 * gallery has drawn pictures as well: some subjects in many forms each.
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { copyDemoPhotos } from './demo/copy-photos.ts'
import { drawDemoGallery } from './demo/draw-gallery.ts'

const PICTURES_PER_SUBJECT = 28
const USAGE = `Usage: npm run demo -- [--drawn] [options of "sketch-search serve"]

Makes a gallery of photographs, and with --drawn of drawn pictures as well, and starts on it.`
if (process.argv.includes('--help') || process.argv.includes('-h')) {
  console.log(USAGE)
  process.exit()
}
const isDrawn = process.argv.includes('--drawn')
const serveArguments = process.argv.slice(2).filter((argument) => argument !== '--drawn')
const root = fileURLToPath(new URL('..', import.meta.url))
const gallery = fileURLToPath(new URL('../demo/gallery', import.meta.url))

console.log(`Making the demo gallery in ${gallery} …`)
await copyDemoPhotos(gallery)
if (isDrawn) await drawDemoGallery(gallery, PICTURES_PER_SUBJECT)
const data = fileURLToPath(new URL('../demo/data', import.meta.url))
const launcher = fileURLToPath(new URL('../server/bin/sketch-search.js', import.meta.url))
const child = spawn(
  process.execPath,
  // As in the first line of the launcher.
  ['--max-semi-space-size=4', launcher, 'serve', gallery, '--data-directory', data, ...serveArguments],
  {
    cwd: root,
    stdio: 'inherit',
  },
)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
child.on('exit', (code) => process.exit(code ?? 1))
