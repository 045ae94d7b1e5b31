import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import { ConfigError, type ConfigSources, loadConfig } from './load.ts'
import { showConfig } from './show.ts'

const load = (sources: Partial<ConfigSources>) =>
  loadConfig({ environment: {}, workingDirectory: '/home/me/pictures', ...sources })

async function yamlFile(text: string): Promise<string> {
  const file = join(await temporaryDirectory(), 'config.yaml')
  await writeFile(file, text)
  return file
}

function problemsOf(sources: Partial<ConfigSources>) {
  try {
    load(sources)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  throw new Error('the configuration was accepted')
}

describe('loadConfig', () => {
  it('asks for the gallery of a shared database instead of taking the working directory', async () => {
    const file = await yamlFile('database: {url: "postgresql://a:b@localhost/c"}')
    expect(load({ file }).watcher.watched_directory).toBe('/home/me/pictures')
    expect(problemsOf({ file, needsGallery: true })).toMatchObject([
      { path: 'watcher.watched_directory', message: expect.stringMatching(/FOLDER.*--server URL/) },
    ])
    const named = { SERVER__WATCHER__WATCHED_DIRECTORY: './' }
    for (const sources of [{ file, environment: named }, {}])
      expect(load({ ...sources, needsGallery: true }).watcher.watched_directory).toBe('/home/me/pictures')
  })

  it('works with no configuration at all', () => {
    const config = load({ environment: { XDG_DATA_HOME: '/data' } })
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8000,
      log_level: 'INFO',
      dev: false,
      watcher: { watched_directory: '/home/me/pictures', watch_recursive: false, files_batch_size: 8 },
      thumbnail: { size: [128, 128] },
      embedder_registry: { chosen_embedder: 'sketch-search-5', embedders: {} },
      auth: { kind: 'none' },
      session: { expires_in_s: 3600 },
    })
    expect(config.data_directory).toMatch(/^\/data\/sketch-search\/pictures-[0-9a-f]{8}$/)
    expect(config.thumbnail.thumbnail_directory).toBe(join(config.data_directory, 'thumbnails'))
  })

  it('gives different folders of one name different data directories', () => {
    const one = load({ workingDirectory: '/a/photos' }).data_directory
    const other = load({ workingDirectory: '/b/photos' }).data_directory
    expect(one).not.toBe(other)
  })

  it('lets the file win over the environment key by key and flags over both', async () => {
    const file = await yamlFile('port: 8001\nhost: 10.0.0.1\nlog_level: DEBUG\n')
    const environment = { SERVER__PORT: '8002', SERVER__HOST: '10.0.0.2' }
    const flags = [{ path: ['port'], value: 8003, source: '--port' }]
    const warnings: string[] = []
    const warn = (message: string) => warnings.push(message)
    const withDatabase = { ...environment, SERVER__LOG_FORMAT: 'json', SERVER__LOG_LEVEL: 'DEBUG' }
    expect(load({ file, environment: withDatabase, flags, warn })).toMatchObject({
      port: 8003,
      host: '10.0.0.1',
      log_level: 'DEBUG',
      log_format: 'json',
    })
    expect(warnings).toEqual([
      `The variable SERVER__PORT has no effect: port is set in ${file}:1, and the file wins.`,
      `The variable SERVER__HOST has no effect: host is set in ${file}:2, and the file wins.`,
    ])
  })

  it('names the keys of a variable that have no effect, if others of the same variable have one', async () => {
    const file = await yamlFile('database: {host: here}\n')
    const warnings: string[] = []
    const warn = (message: string) => warnings.push(message)
    for (const given of [
      { host: 'zzz', user: 'bob' },
      { url: 'postgresql://u:p@production/db', user: 'bob' },
    ]) {
      const environment = { SERVER__DATABASE: JSON.stringify(given) }
      expect(load({ file, environment, warn }).database).toMatchObject({ host: 'here', user: 'bob' })
      const [key] = Object.keys(given)
      expect(warnings.splice(0)).toEqual([
        `\`database.${key}\` of the variable SERVER__DATABASE has no effect: database.host is set in ${file}:1, and the file wins.`,
      ])
    }
  })

  it('connects to the host that the file names, not to the URL of a variable or of the defaults', async () => {
    const url = 'postgresql://u:p@production/db'
    const SKETCH_SEARCH_DEFAULTS = await yamlFile(`database: {url: ${url}}\n`)
    const file = await yamlFile('database: {host: scratch}\n')
    const warnings: string[] = []
    const warn = (message: string) => warnings.push(message)
    for (const variable of [{ SERVER__DATABASE__URL: url }, { SERVER__DATABASE: JSON.stringify({ url }) }]) {
      const { database } = load({ file, environment: { ...variable, SKETCH_SEARCH_DEFAULTS }, warn })
      expect([database?.host, database?.url]).toEqual(['scratch', undefined])
      expect(warnings).toEqual([
        `The variable ${Object.keys(variable)} has no effect: database.host is set in ${file}:1, and the file wins.`,
      ])
      warnings.length = 0
    }
    const environment = { SERVER__DATABASE__URL: url }
    for (const key of ['password: p', 'port: 5433', 'user: u']) {
      const other = await yamlFile(`database: {${key}}\n`)
      expect(load({ file: other, environment, warn }).database?.url).toBe(url)
    }
    expect(
      load({ environment: { SERVER__DATABASE__HOST: 'h', SKETCH_SEARCH_DEFAULTS }, warn }).database,
    ).toMatchObject({ host: 'h' })
    expect(warnings).toEqual([])
  })

  it('reads defaults from the file that SKETCH_SEARCH_DEFAULTS names, with the lowest precedence', async () => {
    const SKETCH_SEARCH_DEFAULTS = await yamlFile(
      'host: 0.0.0.0\nport: 8001\nwatcher: { watched_directory: /images, watch_recursive: true }\n',
    )
    const SERVER_CONFIG_PATH = await yamlFile('watcher: { watched_directory: /elsewhere }\n')
    const environment = { SKETCH_SEARCH_DEFAULTS, SERVER_CONFIG_PATH, SERVER__PORT: '8002' }
    const config = load({ environment, warn: expect.unreachable })
    expect(config).toMatchObject({
      host: '0.0.0.0',
      port: 8002,
      watcher: { watched_directory: '/elsewhere', watch_recursive: true },
    })
  })

  it('reads the file that SERVER_CONFIG_PATH names', async () => {
    const environment = { SERVER_CONFIG_PATH: await yamlFile('port: 8001\n') }
    expect(load({ environment }).port).toBe(8001)
  })

  it('reads lists and maps in variables as JSON and merges nested variables into them', () => {
    const environment = {
      SERVER__THUMBNAIL__SIZE: '[256, 192]',
      SERVER__DATABASE: '{"host": "db", "database": "images", "user": "me"}',
      SERVER__DATABASE__PASSWORD: 'secret',
      SERVER__WATCHER__WATCH_RECURSIVE: 'true',
    }
    expect(load({ environment })).toMatchObject({
      thumbnail: { size: [256, 192] },
      database: { host: 'db', port: 5432, user: 'me', password: 'secret' },
      watcher: { watch_recursive: true },
    })
  })

  it('parses numbers, booleans and lists in arguments of embedders, and keeps text elsewhere', () => {
    const own = 'SERVER__EMBEDDER_REGISTRY__EMBEDDERS__MINE__'
    const environment = {
      [`${own}TARGET`]: 'timm',
      [`${own}KWARGS__SIZE`]: '1536',
      [`${own}KWARGS__FAST`]: 'true',
      [`${own}KWARGS__LAYERS`]: '[1, 2]',
      [`${own}KWARGS__PATH`]: 'a/b.pth',
      [`${own}KWARGS__REVISION`]: '"12"',
    }
    expect(load({ environment }).embedder_registry.embedders.mine).toMatchObject({
      target: 'timm',
      kwargs: { size: 1536, fast: true, layers: [1, 2], path: 'a/b.pth', revision: '12' },
    })
  })

  it('keeps a password of digits as text', () => {
    const environment = {
      SERVER__DATABASE: '{"host": "db", "database": "images", "user": "me"}',
      SERVER__DATABASE__PASSWORD: '12345',
    }
    expect(load({ environment }).database?.password).toBe('12345')
  })

  it('reports all problems at once, each with its source and the nearest key', async () => {
    const file = await yamlFile(
      'prot: 1\nport: 80\nwatcher:\n  recursive: true\nauth:\n  kind: otpp\nembedder_registry:\n  chosen_embedder: clasical\n',
    )
    const environment = { SERVER__LOG_LEVEL: 'LOUD' }
    const problems = problemsOf({ file, environment })
    const of = (path: string) => problems.find((problem) => problem.path === path)
    expect(of('prot')).toMatchObject({ source: `${file}:1`, message: expect.stringContaining('"port"') })
    expect(of('port')).toMatchObject({ source: `${file}:2` })
    expect(of('auth.kind')).toMatchObject({ source: `${file}:6` })
    expect(of('embedder_registry.chosen_embedder')?.message).toContain('"classical"')
    expect(of('log_level')).toMatchObject({ source: 'variable SERVER__LOG_LEVEL' })
    expect(problems).toHaveLength(5)
  })

  it('names a missing file, broken YAML and broken JSON', async () => {
    expect(problemsOf({ file: '/nowhere.yaml' })[0]).toMatchObject({ source: '/nowhere.yaml' })
    const broken = await yamlFile('port: 8001\nhost: [1\n')
    expect(problemsOf({ file: broken })[0]?.source).toMatch(/config\.yaml:\d/)
    expect(problemsOf({ environment: { SERVER__THUMBNAIL__SIZE: '[1' } })[0]).toMatchObject({
      path: 'thumbnail.size',
      source: 'variable SERVER__THUMBNAIL__SIZE',
    })
  })

  it('reports a name with * without quotes, and ignores an empty SERVER_CONFIG_PATH', async () => {
    const file = await yamlFile('port: 8001\nallowed_hosts: [*.example.org]\n')
    expect(problemsOf({ file })).toContainEqual(
      expect.objectContaining({ source: `${file}:2`, message: expect.stringMatching(/quotes/) }),
    )
    expect(load({ environment: { SERVER_CONFIG_PATH: '' } }).port).toBe(8000)
  })

  it('accepts patterns of excluded files, and rejects those that match nothing or everything else', () => {
    const load = (pattern: string) =>
      problemsOf({ environment: { SERVER__WATCHER__IGNORE: JSON.stringify([pattern]) } })
    for (const pattern of ['exports/', '!**/*.jpg', '/srv/photos', 'a\\b', '../x', 'a/./b', ''])
      expect([pattern, load(pattern)[0]?.path]).toEqual([pattern, 'watcher.ignore.0'])
    for (const pattern of ['exports', '**/drafts', '**/*.{cr2,CR3}', 'a', '.x', '**/..notes'])
      expect(() => load(pattern)).toThrow('the configuration was accepted')
  })

  it('names the missing key of an embedder', async () => {
    const file = await yamlFile('embedder_registry:\n  embedders:\n    mine: {file: model.py}\n')
    expect(problemsOf({ file })).toEqual([
      expect.objectContaining({ path: 'embedder_registry.embedders.mine.class_name' }),
    ])
  })

  it('accepts the reference’s configuration of several models unchanged', async () => {
    const file = await yamlFile(`embedder_registry:
  chosen_embedder: convnext
  embedders:
    convnext:
      target: server.embedders.default.DefaultEmbedder
      kwargs:
        timm_backbone: convnext_tiny.fb_in22k
        weights_path: ./weights/convnext.pth
        embedding_size: 1536
        hidden_layer_size: 2048
    efficientnet:
      target: server.embedders.default.DefaultEmbedder
      kwargs: {timm_backbone: tf_efficientnet_b3.ns_jft_in1k, weights_path: ./weights/efficientnet.pth}
    vit:
      target: server.embedders.default.DefaultEmbedder
      args: [vit_small_patch16_224.augreg_in21k, ./weights/vit.pth]
    mine:
      file: ./embedders/mine.py
      class_name: MyEmbedder
      args: [1, two]
      kwargs: {three: 3}
`)
    const { embedder_registry: registry } = loadConfig({ file, environment: {}, workingDirectory: '/' })
    expect(registry.chosen_embedder).toBe('convnext')
    expect(registry.embedders.convnext).toMatchObject({
      kwargs: { timm_backbone: 'convnext_tiny.fb_in22k', embedding_size: 1536, hidden_layer_size: 2048 },
      device: 'auto',
    })
    expect(registry.embedders.mine).toMatchObject({ class_name: 'MyEmbedder', args: [1, 'two'] })
  })

  it('freezes the result and treats __proto__ as a key', async () => {
    const config = load({})
    expect(() => Object.assign(config.watcher, { files_batch_size: 1 })).toThrow()
    const file = await yamlFile('__proto__:\n  polluted: true\n')
    expect(problemsOf({ file }).length).toBeGreaterThan(0)
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })
})

describe('showConfig', () => {
  it('masks every secret and shows the rest', () => {
    const config = load({
      environment: {
        SERVER__SESSION__SECRET_KEY: 'hush',
        SERVER__DATABASE:
          '{"host": "db", "database": "images", "user": "me", "password": "hush", "replicas": [{"url": "postgresql://u:hush@standby/images"}]}',
        SERVER__EMBEDDER_REGISTRY__EMBEDDERS:
          '{"x": {"target": "transformers", "kwargs": {"token": "hush", "id": "a/b"}}}',
      },
    })
    const shown = showConfig(config)
    expect(shown).not.toContain('hush')
    expect(shown).toContain('host: db')
    expect(shown).toContain('id: a/b')
  })
})
