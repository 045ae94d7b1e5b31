/**
 * `npm run bench -- [--gallery FOLDER] [--files N] [--only indexing,queries,embedders,contention,recall,folder,page]`: measures the product on
 * this machine and prints a Markdown report. Every figure that is to be compared comes with its ratio to something measured in the same run.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { drawDemoGallery } from '../scripts/demo/draw-gallery.ts'
import { benchContention } from './contention.ts'
import { benchEmbedders } from './embedders.ts'
import { benchFolder } from './folder.ts'
import { benchIndexing } from './indexing.ts'
import { benchPage } from './page.ts'
import { benchPostgres } from './postgres.ts'
import { benchQueries } from './queries.ts'
import { writeRandomConvNext } from './random-convnext.ts'
import { benchRecall } from './recall.ts'
import { benchWorkers } from './workers.ts'

const { values } = parseArgs({
  options: {
    gallery: { type: 'string' },
    only: { type: 'string', default: 'indexing,queries,embedders,contention,recall,folder,page' },
    files: { type: 'string', default: '20000' },
    vectors: { type: 'string', default: '200000' },
  },
})
const wanted = values.only.split(',')
const directory = await mkdtemp(join(tmpdir(), 'sketch-search-bench-'))
try {
  let gallery = values.gallery
  if (gallery === undefined) {
    gallery = join(directory, 'gallery')
    await drawDemoGallery(gallery, 100)
  }
  const [cpu] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  console.log(
    `Measured with Node ${process.version} on ${cpus().length} × ${cpu?.model ?? 'unknown'}, ${memory} GiB.\n`,
  )
  if (wanted.includes('indexing')) console.log(await benchIndexing(gallery, join(directory, 'data')))
  if (wanted.includes('queries')) console.log(await benchQueries(gallery, join(directory, 'data')))
  if (wanted.includes('embedders') || wanted.includes('contention')) {
    const checkpoint = join(directory, 'convnext_tiny.safetensors')
    await writeRandomConvNext(checkpoint)
    if (wanted.includes('embedders'))
      console.log(await benchEmbedders(join(directory, 'embedders'), checkpoint))
    if (wanted.includes('contention')) {
      console.log(await benchContention(gallery, join(directory, 'contention'), checkpoint))
    }
  }
  if (wanted.includes('folder'))
    console.log(await benchFolder(join(directory, 'folder'), Number(values.files)))
  if (wanted.includes('page')) console.log(await benchPage(join(directory, 'page'), Number(values.files)))
  if (wanted.includes('postgres')) console.log(await benchPostgres(Number(values.vectors)))
  if (wanted.includes('workers')) console.log(await benchWorkers(join(directory, 'workers')))
  if (wanted.includes('recall')) console.log(await benchRecall(join(directory, 'recall')))
} finally {
  await rm(directory, { recursive: true, force: true })
}
