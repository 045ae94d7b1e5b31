import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import { type ConfigSources, loadConfig } from './load.ts'

async function load(yaml: string, environment: ConfigSources['environment'] = {}) {
  const file = join(await temporaryDirectory(), 'config.yaml')
  await writeFile(file, yaml)
  const warnings: string[] = []
  const config = loadConfig({
    file,
    environment,
    workingDirectory: '/app',
    warn: (message) => warnings.push(message.replaceAll(`${file}:`, 'line ')),
  })
  return { config, warnings }
}

const SMTP = 'smtp: {host: mail, password: p, from_address: Pictures <pictures@example.org>}'

describe('a configuration of the reference implementation', () => {
  it('may have numbers and booleans as text, as YAML 1.1 and pydantic accept them', async () => {
    const { config, warnings } = await load(
      'port: "8001"\ndev: yes\nwatcher: {watch_recursive: On, files_batch_size: 8e0}\nthumbnail: {size: ["256", 192]}\n',
    )
    expect(config).toMatchObject({
      port: 8001,
      dev: true,
      watcher: { watch_recursive: true, files_batch_size: 8 },
      thumbnail: { size: [256, 192] },
    })
    expect(warnings).toEqual([])
    for (const word of ['"true"', 't', 'Y', '"ON"', '1', '"1"'])
      expect((await load(`dev: ${word}\n`)).config.dev, word).toBe(true)
    for (const word of ['False', 'f', 'n', 'off', '0', '"No"'])
      expect((await load(`dev: ${word}\n`)).config.dev, word).toBe(false)
    expect((await load('', { SERVER__DEV: 'Y', SERVER__PORT: '8002' })).config).toMatchObject({
      dev: true,
      port: 8002,
    })
  })

  it('passes arguments to embedders with the values of YAML 1.1', async () => {
    const { config } = await load(
      'embedder_registry:\n  chosen_embedder: mine\n  embedders:\n    mine:\n      file: m.py\n      class_name: Mine\n      kwargs: {fast: yes, y: 1, n: y, mask: 0x1F, count: 1_000, no: off}\n',
    )
    expect(config.embedder_registry.embedders.mine!.kwargs).toEqual({
      fast: true,
      y: 1,
      n: 'y',
      mask: 31,
      count: 1000,
      no: false,
    })
  })

  it('has text where PyYAML has it: zeros in front, exponents without a dot or a sign, times', async () => {
    const texts = [
      '08',
      '0987654321',
      '-09',
      '0_8',
      '1e5',
      '123e4567',
      '4711e0815',
      '1e+5',
      '1.5e3',
      '-.5',
      '.',
      '0:30',
    ]
    const numbers = {
      '0': 0,
      '-7': -7,
      '017': 15,
      '0x18': 24,
      '1.5e+3': 1500,
      '.5': 0.5,
      '-1_0.5': -10.5,
      '1:30': 90,
    }
    const values = [...texts, ...Object.keys(numbers), '-.inf', '.NaN']
    const { config } = await load(
      [
        `database: {password: ${texts[1]}, database: 1e5}`,
        `session: {secret_key: ${texts[6]}}`,
        `embedder_registry: {embedders: {mine: {target: a.b.C, args: [${values.join(', ')}]}}}`,
        '',
      ].join('\n'),
    )
    expect(config.database).toMatchObject({ password: texts[1], database: '1e5' })
    expect(config.session.secret_key).toBe(texts[6])
    expect(config.embedder_registry.embedders.mine!.args).toEqual([
      ...texts,
      ...Object.values(numbers),
      -Infinity,
      Number.NaN,
    ])
  })

  it('passes nested maps and lists to embedders as they are', async () => {
    const { config, warnings } = await load(
      [
        'embedder_registry:',
        '  embedders:',
        '    mine:',
        '      target: a.b.C',
        '      args: [{a: 1, b: [{c: null}]}]',
        '      kwargs: {options: {depth: "3", size: {x: off}}, layers: [{a: 1}, [{b: yes}]]}',
        '',
      ].join('\n'),
      {
        SERVER__EMBEDDER_REGISTRY__EMBEDDERS__MINE__KWARGS: '{"whole": {"a": [{"b": 1}]}}',
        SERVER__EMBEDDER_REGISTRY__EMBEDDERS__MINE__KWARGS__ONE: '{"a": "1"}',
        SERVER__EMBEDDER_REGISTRY__EMBEDDERS__MINE__KWARGS__DEEP__A__B: '2',
      },
    )
    expect(warnings).toEqual([])
    expect(config.embedder_registry.embedders.mine).toMatchObject({ args: [{ a: 1, b: [{ c: null }] }] })
    expect(config.embedder_registry.embedders.mine!.kwargs).toEqual({
      options: { depth: '3', size: { x: false } },
      layers: [{ a: 1 }, [{ b: true }]],
      whole: { a: [{ b: 1 }] },
      one: { a: '1' },
      deep: { a: { b: 2 } },
    })
  })

  it('may have empty sections, arguments and lists', async () => {
    const { config } = await load(
      'database:\nwatcher:\n  ignore:\nembedder_registry:\n  chosen_embedder: mine\n  embedders:\n    mine: {target: a.b.C, args: null, kwargs: null}\n',
      { SERVER__WATCHER__IGNORE: '["drafts"]' },
    )
    expect(config.database).toBeUndefined()
    expect(config.watcher.ignore).toEqual(['drafts'])
    expect(config.embedder_registry.embedders.mine).toMatchObject({ args: [], kwargs: {} })
  })

  it('warns of unused keys in sections, with the nearest one', async () => {
    const { config, warnings } = await load(
      `thumbnail:\n  thumbnails_directory: /thumbnails\nauth:\n  kind: none\n  ${SMTP}\nembedder_registry:\n  embedders:\n    mine: {target: a.b.C, file: m.py, class_name: C, devise: cpu}\n`,
    )
    expect(config.auth).toEqual({ kind: 'none' })
    expect(config.embedder_registry.embedders.mine).toMatchObject({ file: 'm.py', class_name: 'C' })
    expect(warnings).toEqual([
      'auth.smtp (line 5) has no effect: auth.kind is none.',
      'thumbnail.thumbnails_directory (line 2) is not a known key and has no effect; did you mean "thumbnail_directory"?',
      'embedder_registry.embedders.mine.target (line 8) has no effect: file and class_name are given.',
      'embedder_registry.embedders.mine.devise (line 8) is not a known key and has no effect; did you mean "device"?',
    ])
    await expect(load('thumbnails: {size: [1, 2]}\n')).rejects.toThrow(/thumbnails .*"thumbnail"/)
  })

  it('ignores variables for keys that do not exist', async () => {
    const { warnings } = await load('', { SERVER__WATCHER__RECURSIVE: 'true', SERVER__FOO: '1' })
    expect(warnings).toEqual([
      expect.stringContaining(
        'SERVER__WATCHER__RECURSIVE has no effect: watcher.recursive is not a known key',
      ),
      expect.stringContaining('SERVER__FOO has no effect'),
    ])
  })

  it('is clamped where a number is out of range, except where another number is worse than none', async () => {
    const { config, warnings } = await load(
      `auth:\n  default_user_email: Anna <anna@example.org>\n  expires_in_s: 1\n  max_attempts: 1000\n  ${SMTP}\nsession: {expires_in_s: 5}\nthumbnail: {size: [8, 4000]}\nwatcher: {files_batch_size: 512}\nlimits: {max_file_bytes: 4294967296}\n`,
    )
    expect(config).toMatchObject({
      auth: { kind: 'otp', expires_in_s: 30, max_attempts: 100, default_user_email: 'anna@example.org' },
      session: { expires_in_s: 60 },
      thumbnail: { size: [16, 1024] },
      watcher: { files_batch_size: 256 },
      // Node.js reads no file of 2 GiB at once.
      limits: { max_file_bytes: 2_147_483_647 },
    })
    expect(config.auth).toMatchObject({
      smtp: { username: '', port: 587, use_tls: true, from_address: 'pictures@example.org' },
    })
    expect(warnings).toHaveLength(7)
    expect(warnings[0]).toBe('auth.expires_in_s (line 3) is 1, which is out of range: 30 is used.')
    await expect(load('port: 80\n')).rejects.toThrow(/port/)
  })

  it.each([
    ['trash.days', 'trash: {days: -1}', /trash\.days .*0/],
    ['watcher.max_missing_share', 'watcher: {max_missing_share: 20}', /watcher\.max_missing_share .*1/],
    ['a database port', 'database: {host: db, port: 70000}', /database\.port .*65535/],
  ])('is not clamped in %s, where the nearest number could lose images', async (_, yaml, message) => {
    await expect(load(`${yaml}\n`)).rejects.toThrow(message)
    await expect(load(`${yaml.replace(/(-?\d+)/, '"$1"')}\n`)).rejects.toThrow(message)
  })

  it('uses the last of two values for a key, and merged keys', async () => {
    const { config, warnings } = await load(
      'port: 8001\nport: 8002\nembedder_registry:\n  embedders:\n    one: &one {target: a.b.C, device: cpu}\n    two: {<<: *one, device: cuda}\n',
    )
    expect(config.port).toBe(8002)
    expect(warnings).toEqual(['port is given twice: the value at line 2 is used.'])
    expect(config.embedder_registry.embedders.two).toMatchObject({ target: 'a.b.C', device: 'cuda' })
  })

  it('uses the last of two sections alone, and nothing of a merged section that a map has itself', async () => {
    const { config, warnings } = await load(
      [
        'watcher: {watched_directory: /old, ignore: [secret]}',
        `auth: {kind: otp, default_user_email: a@example.org, ${SMTP}}`,
        'embedder_registry:',
        '  embedders:',
        '    one: &one {target: a.b.C, device: cpu, kwargs: {weights_path: a.pth, normalize: false}}',
        '    two: &two {<<: *one, kwargs: {weights_path: b.pth}}',
        '    three: {<<: [*two, *one]}',
        'watcher: {watched_directory: /new}',
        'auth:',
        '',
      ].join('\n'),
    )
    expect(config.watcher).toMatchObject({ watched_directory: '/new', ignore: [] })
    expect(config.auth).toEqual({ kind: 'none' })
    const { two, three } = config.embedder_registry.embedders
    for (const embedder of [two, three])
      expect(embedder).toMatchObject({ target: 'a.b.C', device: 'cpu', kwargs: { weights_path: 'b.pth' } })
    expect(two!.kwargs).toEqual(three!.kwargs)
    expect(two!.kwargs).not.toHaveProperty('normalize')
    expect(warnings).toEqual([
      'watcher is given twice: the value at line 8 is used.',
      'auth is given twice: the value at line 9 is used.',
    ])
  })

  it('merges keys below those beside them, wherever they are, and the first one of several maps', async () => {
    const { config } = await load(
      [
        'embedder_registry:',
        '  embedders:',
        '    one: &one {target: a.b.C, device: cpu}',
        '    two: &two {target: a.b.D, python: /usr/bin/python3}',
        '    three: {device: cuda, <<: *one}',
        '    four: {<<: [*one, *two]}',
        '',
      ].join('\n'),
    )
    const { three, four } = config.embedder_registry.embedders
    expect(three).toMatchObject({ target: 'a.b.C', device: 'cuda' })
    expect(four).toMatchObject({ target: 'a.b.C', device: 'cpu', python: '/usr/bin/python3' })
    await expect(load('watcher: {<<: here}\n')).rejects.toThrow(/`<<` must name a map/)
  })

  it('has the defaults of its database, and merges variables into it', async () => {
    const { config, warnings } = await load('database: {host: db}\n', {
      SERVER__DATABASE: '{"host": "other", "password": "a@/b"}',
      SERVER__DATABASE__PORT: '5433',
    })
    expect(config.database).toMatchObject({
      host: 'db',
      port: 5433,
      database: 'postgres',
      user: 'postgres',
      password: 'a@/b',
    })
    expect(warnings).toEqual([expect.stringContaining('database.host is set in line 1, and the file wins')])
    expect((await load('database: {}\n')).config.database?.host).toBe('localhost')
    expect((await load('auth: {}\n')).config.auth).toEqual({ kind: 'none' })
  })

  it('may have an empty key for sessions, which counts as a weak one', async () => {
    expect((await load('session: {secret_key: ""}\n')).config.session.secret_key).toBe('')
    const environment = { SERVER__SESSION__SECRET_KEY: '' }
    expect((await load('', environment)).config.session.secret_key).toBe('')
  })

  it('has the addresses that users may have, international ones with their ASCII form', async () => {
    for (const [written, read] of [
      ['Anna <Anna@Example.org>', 'anna@example.org'],
      ['anna@müller.de', 'anna@xn--mller-kva.de'],
      ['bilder@firma.xn--p1ai', 'bilder@firma.xn--p1ai'],
      ['ü@example.org', 'ü@example.org'],
      ['a&b@example.org', 'a&b@example.org'],
      ['anna/x@example.org', 'anna/x@example.org'],
    ] as const) {
      const smtp = `{host: mail, password: p, from_address: "${written}"}`
      const { config } = await load(`auth: {kind: otp, smtp: ${smtp}, default_user_email: "${written}"}\n`)
      expect(config.auth).toMatchObject({ default_user_email: read, smtp: { from_address: read } })
    }
  })

  it('refuses what the reference implementation refuses', async () => {
    for (const yaml of [
      'auth: {kind: otp, smtp: {host: mail, password: 1234, from_address: a@b.org}, default_user_email: a@b.org}\n',
      `auth: {kind: otp, ${SMTP}, default_user_email: a@localhost}\n`,
      'log_level: info\n',
      'embedder_registry: {chosen_embedder: nothing}\n',
    ])
      await expect(load(yaml), yaml).rejects.toThrow(/configuration is not valid/)
  })
})
