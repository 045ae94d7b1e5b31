import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { chown, mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../server/src/config/load.ts'
import { withoutTelemetry } from '../server/src/embedding/telemetry.ts'
import { temporaryDirectory } from '../server/src/testing/temporary.ts'

const pathOf = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const read = (name: string) => readFileSync(pathOf(name), 'utf8')
const { services, volumes } = parse(read('compose.yaml'), { merge: true })
const gpu = parse(read('compose.gpu.yaml'))
const cluster = parse(read('compose.cluster.yaml'), {
  merge: true,
  customTags: [{ tag: '!override', collection: 'seq', default: false }],
})
const dockerfile = read('Dockerfile').replaceAll('\\\n', ' ')

/** Replaces variables that are not set by their defaults, as Docker Compose does. */
const filledIn = (text: string) => text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1')

/** Settings of an image of a target. */
function imageEnvironment(target: string): Record<string, string> {
  const stage = dockerfile.split(/^FROM /m).find((text) => text.split('\n')[0]!.endsWith(` AS ${target}`))!
  const words = stage.matchAll(/^ENV (.*)$/gm).flatMap(([, line]) => line!.trim().split(/\s+/))
  const environment = Object.fromEntries([...words].map((word) => word.split('=') as [string, string]))
  expect(environment.SKETCH_SEARCH_DEFAULTS).toBe('/app/defaults.yaml')
  return { ...environment, SKETCH_SEARCH_DEFAULTS: pathOf('scripts/container-defaults.yaml') }
}

/** The configuration of a service in a container. @param own environment in the file of the services */
function configOf(target: string, own: Record<string, string>) {
  const environment = {
    ...imageEnvironment(target),
    ...Object.fromEntries(Object.entries(own).map(([key, value]) => [key, filledIn(value)])),
    // Mounted unless CONFIG is set.
    SERVER_CONFIG_PATH: pathOf('compose.config.yaml'),
  }
  return loadConfig({ environment, workingDirectory: '/' })
}

describe.each([
  ['server', filledIn(services.server.build.target)],
  ['worker', filledIn(services.worker.build.target)],
  ['worker', gpu.services.worker.build.target],
])('the service %s of target %s', (name, target) => {
  const service = services[name]

  it('has a configuration that is valid, on the database of the other service', () => {
    const config = configOf(target, service.environment)
    expect(config.database).toMatchObject({
      host: 'db',
      database: filledIn(services.db.environment.POSTGRES_DB),
      user: filledIn(services.db.environment.POSTGRES_USER),
      password: filledIn(services.db.environment.POSTGRES_PASSWORD),
    })
    expect(config.host).toBe('0.0.0.0')
    expect(config.watcher).toMatchObject({ watched_directory: '/images', watch_recursive: true })
  })

  it('has telemetry of libraries switched off, in the image and in the service', () => {
    for (const environment of [imageEnvironment(target), service.environment])
      expect(environment).toEqual(withoutTelemetry(environment))
  })

  it('writes only where something is mounted, and is not run by root', () => {
    const config = loadConfig({ environment: imageEnvironment(target), workingDirectory: '/' })
    const mounted = [...service.volumes, ...service.tmpfs].map((mount: string) =>
      filledIn(mount)
        .replace(/^[^:]*:(?=\/)/, '')
        .replace(/:.*/, ''),
    )
    expect(service.read_only).toBe(true)
    for (const place of [config.data_directory, config.thumbnail.thumbnail_directory, '/images', '/tmp'])
      expect(mounted).toContain(place)
    expect(filledIn(service.user)).toBe('1000')
    expect(dockerfile).toContain('USER node')
  })
})

describe('compose.config.yaml', () => {
  it('has an example that is valid when it is uncommented', async () => {
    const [, example] = read('compose.config.yaml').split(/^#$/m)
    const file = join(await temporaryDirectory(), 'config.yaml')
    await writeFile(file, example!.replaceAll(/^# /gm, ''))
    const { auth } = loadConfig({ file, environment: imageEnvironment('cpu'), workingDirectory: '/' })
    expect(auth).toMatchObject({ kind: 'otp', smtp: { host: 'mail.example.org', password: '...' } })
  })
})

describe('compose.cluster.yaml', () => {
  it('distributes the database of the server and the worker over all of its nodes', () => {
    expect(cluster.services.db.profiles).toContain('cluster')
    for (const name of ['server', 'worker']) {
      const { environment, depends_on: conditions, profiles } = cluster.services[name]
      const config = configOf('cpu', { ...services[name].environment, ...environment })
      expect(config.database).toMatchObject({ host: 'db', distributed: true })
      expect(conditions.nodes.condition).toBe('service_completed_successfully')
      expect(profiles).toContain('cluster')
    }
    const nodes = Object.keys(cluster.services).filter((name) => name.startsWith('node-'))
    const command = cluster.services.nodes.command.join(' ')
    for (const name of nodes) {
      expect(command).toContain(`'${name}'`)
      expect(cluster.services[name].volumes).toEqual([`${name}:/var/lib/postgresql/data`])
      expect(cluster.services.nodes.depends_on[name].condition).toBe('service_healthy')
    }
    expect(Object.keys(cluster.volumes)).toEqual(['coordinator', ...nodes])
  })
})

describe('compose.yaml', () => {
  it('can give its volumes to another user with the documented command', async () => {
    const [, options = '', user = ''] =
      /`docker compose run --rm (--user 0 .*) --entrypoint chown server -R (\w+) /.exec(read('docs/run.md'))!
    expect(user).toBe('USER_ID')
    const added = options.matchAll(/--cap-add (\S+)/g).map(([, name]) => name!.toLowerCase())
    const capabilities = [...added]
    expect(services.server.cap_drop).toEqual(['ALL'])
    expect(capabilities.toSorted()).toEqual(['chown', 'dac_read_search'])
    // Only root can try it.
    if (process.getuid?.() !== 0) return
    const volume = await temporaryDirectory()
    const folder = join(volume, 'queries')
    await mkdir(folder, { mode: 0o700 })
    await writeFile(join(folder, 'a.picture'), '')
    await chown(join(folder, 'a.picture'), 1000, 1000)
    await chown(folder, 1000, 1000)
    const kept = ['-all', ...capabilities.map((name) => `+${name}`)].join()
    const set = [`--bounding-set=${kept}`, `--inh-caps=${kept}`]
    execFileSync('setpriv', [...set, 'chown', '-R', '2000', volume], { stdio: 'pipe' })
    expect((await stat(join(folder, 'a.picture'))).uid).toBe(2000)
  })

  it('is built with a profile in all documented commands: without one, Compose leaves all services out', () => {
    expect(
      Object.values(services).every((service) => (service as { profiles: string[] }).profiles.length > 0),
    ).toBe(true)
    const commands = [...globSync('{docs/*.md,README.md,compose*.yaml}', { cwd: pathOf('') })].flatMap(
      (name) =>
        [...read(name).matchAll(/docker compose\b[^`\n]*? (?:build|up)\b/g)].map(([command]) => command),
    )
    expect(commands.length).toBeGreaterThan(5)
    expect(commands.filter((command) => !/ --profile \w+ | … /.test(command))).toEqual([])
  })

  it('has the profiles app and db', () => {
    const inProfile = (profile: string) =>
      Object.keys(services).filter((name) => services[name].profiles.includes(profile))
    expect(inProfile('app')).toEqual(['db', 'server', 'worker'])
    expect(inProfile('db')).toEqual(['db'])
  })

  it('listens on this machine alone by default, and names every volume', () => {
    for (const port of [...services.db.ports, ...services.server.ports])
      expect(filledIn(port)).toMatch(/^127\.0\.0\.1:/)
    const named = Object.values(services)
      .flatMap((service) => (service as { volumes: string[] }).volumes)
      .map((volume) => filledIn(volume).split(':')[0]!)
      .filter((source) => !/^[./]/.test(source))
    expect(Object.keys(volumes).toSorted()).toEqual([...new Set(named)].toSorted())
  })
})
