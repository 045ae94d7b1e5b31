import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { type Product, startLongRunning } from '../../e2e/support/product.ts'
import { freePort } from '../../server/src/testing/free-port.ts'
import { playChanging, waitUntilIdle } from './changing.ts'
import { picture, writeDated, writeGallery } from './gallery.ts'
import { openMailBox } from './mail.ts'
import { Mask } from './mask.ts'
import { Player, type Recorded } from './player.ts'
import { playReading } from './reading.ts'
import { playSearching } from './searching.ts'
import { ADMIN, playSignIn } from './signing-in.ts'

type Configuration = Record<string, object | string | number | boolean | unknown[]>

/** Plays all requests against three servers: without sign-in, with it, and with an embedder that fails. */
export async function recordServers(directory: string): Promise<Recorded[]> {
  const recording: Recorded[] = []
  await recordOpen(join(directory, 'open'), recording)
  await recordSignIn(join(directory, 'sign-in'), recording)
  await recordFailing(join(directory, 'failing'), recording)
  return recording
}

async function recordOpen(directory: string, recording: Recorded[]): Promise<void> {
  const { mask, root } = newGallery(directory)
  for (const [path, bytes] of await writeGallery(root)) mask.nameContent(bytes, path)
  const product = await start(directory, {
    allowed_hosts: ['pictures.test'],
    limits: { max_upload_bytes: 150_000 },
    watcher: { ignore: ['**/*.ignored.png'] },
  })
  try {
    const player = new Player(product.url, 'open', mask, recording)
    await waitUntilIdle(player)
    const ids = await playReading(player)
    await playSearching(player, ids)
    await playChanging({ url: product.url, root, mask, player })
  } finally {
    await stop(product, 'open', mask, recording)
  }
}

async function recordSignIn(directory: string, recording: Recorded[]): Promise<void> {
  const { mask, root } = newGallery(directory)
  for (let n = 0; n < 2; n++) {
    const bytes = await picture(n)
    mask.nameContent(bytes, `image-${n}.png`)
    writeDated(root, `image-${n}.png`, bytes, n)
  }
  const mail = await openMailBox()
  mask.name(`:${mail.port}`, ':<port>')
  const smtp = { host: '127.0.0.1', port: mail.port, use_tls: false, username: '', password: '' }
  const product = await start(directory, {
    trusted_proxies: ['127.0.0.1'],
    auth: {
      kind: 'otp',
      default_user_email: ADMIN,
      smtp: { ...smtp, from_address: 'pictures@example.org' },
    },
  })
  try {
    const codeFor = async (address: string) => {
      const code = await mail.codeFor(address)
      mask.name(code, '<code>')
      return code
    }
    await playSignIn((scene) => new Player(product.url, scene, mask, recording), { ...mail, codeFor })
  } finally {
    await stop(product, 'sign in', mask, recording)
    recording.push({ name: 'sign in: mails', content: mail.headers() })
    await mail.close()
  }
}

/** An embedder that fails on pictures that are mostly red, and ends its process for pictures that are mostly green. */
const FAILING_EMBEDDER = `
export class Failing {
  inputSize = { width: 4, height: 4 }
  dimensions = 3
  embed({ data, count }) {
    const vectors = new Float32Array(count * 3)
    for (let n = 0; n < count; n++) {
      const [red, green, blue] = data.subarray(n * 48, n * 48 + 3)
      if (red > 0.9 && green < 0.1) throw new Error('it is red')
      vectors.set([red + 0.1, green, blue], n * 3)
    }
    return vectors
  }
}
`

async function recordFailing(directory: string, recording: Recorded[]): Promise<void> {
  const { mask, root } = newGallery(directory)
  const file = join(directory, 'failing-embedder.mjs')
  writeFileSync(file, FAILING_EMBEDDER)
  writeDated(root, 'image-1.png', await picture(1), 1)
  writeDated(root, 'red.png', await plain('#f00'), 2)
  const embedders = { failing: { file, class_name: 'Failing' } }
  const product = await start(directory, { embedder_registry: { chosen_embedder: 'failing', embedders } })
  try {
    const player = new Player(product.url, 'failing embedder', mask, recording)
    await waitUntilIdle(player)
    await player.get('/api/index/status')
    await player.get('/api/index/failures')
    for (const colour of ['#00f', '#f00'])
      await player.post('/api/images/similarity-search', {
        form: { image: { name: `${colour}.png`, bytes: await plain(colour) }, kind: 'image' },
      })
    await player.get('/ready')
  } finally {
    await stop(product, 'failing embedder', mask, recording)
  }
}

function newGallery(directory: string): { mask: Mask; root: string } {
  const root = join(directory, 'gallery')
  mkdirSync(root, { recursive: true })
  const mask = new Mask()
  mask.name(root, '<gallery>')
  mask.name(directory, '<directory>')
  return { mask, root }
}

async function start(directory: string, configuration: Configuration): Promise<Product> {
  const file = join(directory, 'config.yaml')
  const defaults: Configuration = { embedder_registry: { chosen_embedder: 'classical' } }
  writeFileSync(file, stringify({ ...defaults, ...configuration }))
  const port = String(await freePort())
  const args = [
    'serve',
    join(directory, 'gallery'),
    '--config',
    file,
    '--data-directory',
    join(directory, 'data'),
    '--port',
    port,
  ]
  return startLongRunning(args, /Sketch-Search: (http:\S+)/, {}, undefined, directory)
}

/** Records what the server has printed, each line once, as threads print in no fixed order. */
async function stop(product: Product, scene: string, mask: Mask, recording: Recorded[]): Promise<void> {
  const code = await product.stop()
  const lines = product
    .output()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => mask.text(line.replace(/"time":"[^"]*"/, '"time":"<now>"')))
  recording.push({ name: `${scene}: log`, content: { code, lines: [...new Set(lines)].sort() } })
}

async function plain(colour: string): Promise<Buffer> {
  const { default: sharp } = await import('sharp')
  return sharp({ create: { width: 20, height: 20, channels: 3, background: colour } })
    .png()
    .toBuffer()
}
