/**
 * Accounts for a folder with very many small files, most of which are no images: how long a scan takes, at the first and the second
 * start, how long other requests wait meanwhile, and how much memory it needs.
 *
 *     node bench/many-files.ts [files, by default 1000000] [files per folder, by default 1000] [directory, by default that for temporary files]
 */
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CLASSICAL, startProduct } from '../e2e/support/product.ts'
import { picture } from '../server/src/testing/pictures.ts'
import { probeRequests } from './probe.ts'
import { ms, peakMemory, percentile, residentMemory, table } from './support.ts'

/** One file in a hundred is an image. */
const IMAGE_EVERY = 100

interface AccountJson {
  found: number
  indexed: number
  pending: number
  left_out: { rule: string; count: number }[]
}

const count = Number(process.argv[2] ?? 1_000_000)
const perFolder = Number(process.argv[3] ?? 1_000)
const directory = mkdtempSync(join(process.argv[4] ?? tmpdir(), 'many-files-'))
const [gallery, data] = [join(directory, 'gallery'), join(directory, 'data')]
try {
  await makeFiles()
  const rows = [await measureStart('first'), await measureStart('second')]
  const head = ['start', 'all accounted for', 'account', 'other requests: median', 'p99', 'slowest']
  console.log(`${count} files, ${perFolder} in each folder, every hundredth an image\n`)
  console.log(table([...head, 'memory', 'at most'], rows))
} finally {
  rmSync(directory, { recursive: true })
}

/** Empty files, texts and, as links to one file in each folder, images. */
async function makeFiles(): Promise<void> {
  for (let start = 0; start < count; start += perFolder) {
    const folder = join(gallery, `folder-${start / perFolder}`)
    mkdirSync(folder, { recursive: true })
    const image = join(folder, 'image-0.png')
    writeFileSync(image, await picture(start / perFolder))
    for (let n = 1; n < Math.min(perFolder, count - start); n++) {
      if (n % IMAGE_EVERY === 0) linkSync(image, join(folder, `image-${n}.png`))
      else if (n % 3 === 0) writeFileSync(join(folder, `empty-${n}`), '')
      else writeFileSync(join(folder, `text-${n}${n % 3 === 1 ? '.txt' : ''}`), `text ${n}`)
    }
  }
}

async function measureStart(name: string): Promise<string[]> {
  const start = performance.now()
  const product = await startProduct(gallery, data, CLASSICAL)
  const pid = Number(readFileSync(join(data, 'lock.pid'), 'utf8'))
  const probe = probeRequests(product.url)
  let account = await readAccount(product.url)
  while (account.found < count || account.pending > 0) {
    await sleep(500)
    account = await readAccount(product.url)
  }
  const accountedMs = performance.now() - start
  const waits = await probe.stop()
  const asked = performance.now()
  await readAccount(product.url)
  const accountMs = performance.now() - asked
  const memory = [residentMemory(pid), peakMemory(pid)].map((mebibytes) => `${mebibytes} MiB`)
  const sum =
    account.indexed + account.pending + account.left_out.reduce((total, rule) => total + rule.count, 0)
  if (account.found !== count || sum !== count)
    throw new Error(`${count} files are accounted for as ${JSON.stringify(account)}`)
  await product.stop()
  const waited = [percentile(waits, 0.5), percentile(waits, 0.99), Math.max(...waits)].map(ms)
  return [name, `${(accountedMs / 1000).toFixed(1)} s`, ms(accountMs), ...waited, ...memory]
}

async function readAccount(url: string): Promise<AccountJson> {
  return (await (await fetch(`${url}/api/index/account`)).json()) as AccountJson
}
