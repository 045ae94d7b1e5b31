import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import { freePort } from '../../server/src/testing/free-port.ts'
import { circleSketch, picture, writeSettled } from '../../server/src/testing/pictures.ts'
import { startPostgres } from '../../server/src/testing/postgres.ts'
import type { Buildah } from './buildah.ts'
import { type Container, type ContainerOptions, startContainer } from './container.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FIXTURES = join(ROOT, 'server/src/embedding/kinds/timm/fixtures')
const IMAGES = 24
const USER = 1000
const START_TIMEOUT_MS = 180_000

export interface Trial {
  name: string
  run(buildah: Buildah, directory: string): Promise<string>
}

export const TRIALS: readonly Trial[] = [
  { name: 'server and worker of compose.yaml, on PostgreSQL', run: tryCompose },
  { name: 'mounts and variables of the reference implementation’s compose file', run: tryReference },
  { name: 'an embedder in Python', run: tryPython },
]

interface Service {
  command: string[]
  user: string
  environment: Record<string, string>
  volumes: string[]
  tmpfs: string[]
}

async function tryCompose(buildah: Buildah, directory: string): Promise<string> {
  const { services } = parse(readFileSync(join(ROOT, 'compose.yaml'), 'utf8'), { merge: true })
  const gallery = await makeGallery(directory)
  const postgres = await startPostgres()
  const port = await freePort()
  const started: Container[] = []
  try {
    const database = await postgres.createDatabase()
    const own = Object.fromEntries(
      Object.entries(database).map(([key, value]) => [
        `SERVER__DATABASE__${key.toUpperCase()}`,
        String(value),
      ]),
    )
    for (const name of ['server', 'worker']) {
      const service: Service = services[name]
      const environment = Object.fromEntries(
        Object.entries(service.environment).map(([key, value]) => [key, filledIn(String(value))]),
      )
      const { mounts, inMemory } = mountsOf(
        service,
        join(directory, name),
        join(directory, 'thumbnails'),
        gallery,
      )
      started.push(
        startContainer(buildah, {
          image: 'sketch-search:cpu',
          ...{ command: service.command, user: filledIn(service.user), mounts, inMemory },
          environment: { ...environment, ...own, SERVER__PORT: String(port) },
        }),
      )
    }
    return await searchGallery(port, started)
  } finally {
    for (const container of started) await container.stop()
    await postgres.close()
  }
}

/** Starts an image with the mount points and a checkpoint of the reference implementation, without its database. */
async function tryReference(buildah: Buildah, directory: string): Promise<string> {
  const port = await freePort()
  const gallery = await makeGallery(directory)
  const weights = join(directory, 'weights')
  mkdirSync(weights)
  cpSync(join(FIXTURES, 'test_convnext.pth'), join(weights, 'model.pth'))
  const postgres = await startPostgres()
  const database = await postgres.createDatabase()
  const config = join(directory, 'config.yml')
  const kwargs = { weights_path: '/weights/model.pth', timm_backbone: 'test_convnext.r160_in1k' }
  writeFileSync(
    config,
    stringify({
      host: '0.0.0.0',
      port,
      dev: true,
      database: { database: database.database, user: database.user, password: database.password },
      embedder_registry: {
        chosen_embedder: 'model',
        embedders: {
          model: {
            target: 'server.embedders.default.DefaultEmbedder',
            kwargs: { ...kwargs, hidden_layer_size: 64, embedding_size: 32 },
          },
        },
      },
      watcher: { watch_recursive: true, watched_directory: '/images', files_batch_size: 64 },
    }),
  )
  const container = startWithData(buildah, directory, {
    image: 'sketch-search:default',
    command: [...commandOf(buildah, 'sketch-search:default')],
    environment: {
      SERVER__DATABASE__HOST: '127.0.0.1',
      SERVER__DATABASE__PORT: String(database.port),
      SERVER_CONFIG_PATH: '/app/config.yml',
    },
    mounts: [
      { from: gallery, to: '/images' },
      { from: weights, to: '/weights' },
      { from: config, to: '/app/config.yml' },
      // Code of the reference implementation, which must not hide files of this server.
      { from: folderOf(directory, 'server'), to: '/app/server' },
      { from: folderOf(directory, 'model'), to: '/app/model' },
    ],
  })
  try {
    return await searchGallery(port, [container])
  } finally {
    await container.stop()
    await postgres.close()
  }
}

async function tryPython(buildah: Buildah, directory: string): Promise<string> {
  const port = await freePort()
  const embedders = { grid: { file: '/weights/color_grid.py', class_name: 'ColorGrid' } }
  const container = startWithData(buildah, directory, {
    image: 'sketch-search:python',
    command: ['serve'],
    environment: {
      SERVER__PORT: String(port),
      SERVER__EMBEDDER_REGISTRY: JSON.stringify({ chosen_embedder: 'grid', embedders }),
    },
    mounts: [
      { from: await makeGallery(directory), to: '/images' },
      { from: join(ROOT, 'examples'), to: '/weights', isReadOnly: true },
    ],
  })
  try {
    return await searchGallery(port, [container])
  } finally {
    await container.stop()
  }
}

/** Starts a container with folders for thumbnails and data, as its image expects them. */
function startWithData(
  buildah: Buildah,
  directory: string,
  options: Omit<ContainerOptions, 'inMemory'>,
): Container {
  const data = ['thumbnails', 'data'].map((name) => ({ from: folderOf(directory, name), to: `/${name}` }))
  return startContainer(buildah, { ...options, mounts: [...options.mounts, ...data], inMemory: ['/tmp'] })
}

/** Waits until all images are indexed, then searches by a sketch, and asks for the page and the health. */
async function searchGallery(port: number, containers: readonly Container[]): Promise<string> {
  const url = `http://127.0.0.1:${port}`
  const deadline = Date.now() + START_TIMEOUT_MS
  const indexed = async () => {
    const response = await fetch(`${url}/api/index/status`).catch(() => undefined)
    return response?.ok ? ((await response.json()) as { indexed: number; to_embed: number }) : undefined
  }
  for (
    let status = await indexed();
    status?.indexed !== IMAGES || status.to_embed > 0;
    status = await indexed()
  ) {
    if (Date.now() > deadline)
      throw new Error(
        `Not ready in time: ${JSON.stringify(status)}\n${containers.map((one) => one.output()).join('\n')}`,
      )
    await sleep(500)
  }
  const form = new FormData()
  form.set('image', new File([new Uint8Array(await circleSketch())], 'sketch.png'))
  form.set('top_k', '5')
  form.set('query_json', '{}')
  const search = await fetch(`${url}/api/images/similarity-search/`, { method: 'POST', body: form })
  const { images } = (await search.json()) as { images: { thumbnail_url: string }[] }
  if (images.length !== 5) throw new Error(`The search found ${images.length} images.`)
  const thumbnail = await fetch(url + images[0]!.thumbnail_url)
  const page = await (await fetch(`${url}/`)).text()
  if (!thumbnail.ok || !page.includes('<div id="root">'))
    throw new Error('The thumbnail or the page is missing.')
  const health = containers[0]!.exec(['curl', '--fail', '--silent', `http://localhost:${port}/health`])
  if (health !== 0) throw new Error(`The health check with curl failed with exit code ${health}.`)
  return `${IMAGES} images indexed, 5 found by a sketch; thumbnail, page and health check with curl are served.`
}

async function makeGallery(directory: string): Promise<string> {
  const gallery = join(directory, 'gallery')
  for (let n = 0; n < IMAGES; n++) await writeSettled(join(gallery, `folder/${n}.png`), await picture(n))
  return gallery
}

/** A folder that the user of the images may write to. */
function folderOf(directory: string, name: string): string {
  const folder = join(directory, name)
  mkdirSync(folder, { recursive: true })
  chownSync(folder, USER, USER)
  return folder
}

/** Replaces named volumes and missing folders by new ones, as Docker does. */
function mountsOf(
  { volumes, tmpfs }: Service,
  directory: string,
  thumbnails: string,
  gallery: string,
): Pick<ContainerOptions, 'mounts' | 'inMemory'> {
  folderOf(thumbnails, '.')
  const mounts = volumes.map((text) => {
    const [source, to, mode] = filledIn(text).split(':') as [string, string, string | undefined]
    const named = { thumbnails, './gallery': gallery }[source]
    const own = named ?? (existsSync(join(ROOT, source)) ? join(ROOT, source) : undefined)
    const from = own ?? folderOf(directory, source.replaceAll(/\W/g, ''))
    return { from, to, isReadOnly: mode === 'ro' }
  })
  // Folders in memory with an owner are folders on the disk here.
  const owned = tmpfs.filter((text) => text.includes('uid=')).map((text) => filledIn(text).split(':')[0]!)
  return {
    mounts: [...mounts, ...owned.map((to) => ({ from: folderOf(directory, to.slice(1)), to }))],
    inMemory: tmpfs.filter((text) => !text.includes('uid=')),
  }
}

/** The command that an image runs by itself. */
function commandOf(buildah: Buildah, image: string): readonly string[] {
  return JSON.parse(buildah.output('inspect', '--type', 'image', image)).OCIv1.config.Cmd
}

/** Replaces variables that are not set by their defaults, as Docker Compose does. */
function filledIn(text: string): string {
  return text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1')
}
