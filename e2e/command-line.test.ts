import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeSettled } from '../server/src/testing/pictures.ts'
import { temporaryDirectory } from '../server/src/testing/temporary.ts'
import { CLASSICAL, runCommand, startProduct } from './support/product.ts'
import { smallGallery } from './support/small-gallery.ts'

describe('sketch-search index', () => {
  it('indexes, prints a summary, and does nothing the second time', async () => {
    const { gallery, data } = await smallGallery()
    const first = await runCommand(['index', gallery, '--data-directory', data], CLASSICAL)
    expect(first).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^5 indexed .*5 in the index, 0 failed\.\n5 files found: 5 indexed, 0 failed, 0 pending, 0 left out\.\n$/,
      ),
    })
    const second = await runCommand(['index', gallery, '--data-directory', data], CLASSICAL)
    expect(second).toMatchObject({ code: 0, stdout: expect.stringMatching(/^0 indexed .*5 in the index/) })
  })

  it('ends with code 1 and the reason if a file failed', async () => {
    const { gallery, data } = await smallGallery()
    await writeSettled(join(gallery, 'broken.jpg'), 'no image')
    const result = await runCommand(['index', gallery, '--data-directory', data], CLASSICAL)
    expect(result).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/1 failed\.\n {2}broken\.jpg: .*can't be read/),
    })
  })
})

describe('sketch-search', () => {
  it('names an unknown command, and the nearest one', async () => {
    for (const [word, nearest] of [
      ['serv', 'serve'],
      ['indx', 'index'],
      ['qwertz', ''],
    ])
      expect(await runCommand([word!])).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(
          RegExp(`^sketch-search: unknown command "${word}"; the nearest one is "${nearest}`),
        ),
      })
    // A folder with the name of a mistyped command is accepted only with ./
    const directory = await temporaryDirectory()
    await mkdir(join(directory, 'serv'))
    const { stderr } = await runCommand(['serv'], {}, directory)
    expect(stderr).toContain('unknown command "serv"')
  })

  it('prints the address of the running server instead of starting a second one', async () => {
    const { gallery, data } = await smallGallery()
    const product = await startProduct(gallery, data, CLASSICAL)
    const second = await runCommand(['serve', gallery, '--data-directory', data, '--port', '8999'], CLASSICAL)
    expect(second).toMatchObject({ code: 0, stdout: `Already running at ${product.url}\n` })
    expect(await product.stop()).toBe(0)
  })

  it('reports a data directory that cannot be created in one sentence', async () => {
    const { gallery } = await smallGallery()
    const file = join(await temporaryDirectory(), 'file')
    await writeFile(file, '')
    for (const command of ['serve', 'index'])
      expect(await runCommand([command, gallery, '--data-directory', join(file, 'data')])).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(
          /^sketch-search: The data directory \S+ can't be created \(ENOTDIR\)[^\n]*\n$/,
        ),
      })
  })

  it('names a folder of thumbnails that cannot be written, with a remedy', async () => {
    const { gallery, data } = await smallGallery()
    // No user can create anything in /sys.
    const environment = { ...CLASSICAL, SERVER__THUMBNAIL__THUMBNAIL_DIRECTORY: '/sys/thumbnails' }
    expect(await runCommand(['serve', gallery, '--data-directory', data], environment)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^sketch-search: Thumbnails can't be written to \S+ \(E(?:PERM|ACCES|ROFS)\)\. Give this folder to the user[^\n]*\n$/,
      ),
    })
  })

  it('does not take the working directory for the gallery of a shared database', async () => {
    const directory = await temporaryDirectory()
    const config = join(directory, 'config.yaml')
    await writeFile(config, 'database: {url: "postgresql://sketch:SECRET@127.0.0.1:1/sketch"}')
    for (const words of [['worker'], ['serve', '--no-index'], ['index'], ['search', '--text', 'cat']]) {
      const { code, stderr } = await runCommand([...words, '--config', config], {}, directory)
      expect({ code, words }).toEqual({ code: 1, words })
      expect(stderr).toContain('watcher.watched_directory: is missing')
      expect(stderr).toContain('--server URL')
    }
  })

  it('prints help', async () => {
    for (const command of [[], ['serve'], ['index'], ['search'], ['config']]) {
      const { code, stdout } = await runCommand([...command, '--help'])
      expect(code).toBe(0)
      expect(stdout).toMatch(/^Usage: sketch-search/)
    }
  })

  it('caches compiled code for the next start, and starts without a cache, too', async () => {
    const cache = await temporaryDirectory()
    const environment = { NODE_COMPILE_CACHE: '', XDG_CACHE_HOME: cache }
    expect((await runCommand(['--help'], environment)).code).toBe(0)
    expect(await readdir(join(cache, 'sketch-search/compiled'))).toHaveLength(1)
    const file = join(cache, 'a file')
    await writeFile(file, '')
    const nowhere = await runCommand(['--help'], { ...environment, XDG_CACHE_HOME: file })
    expect(nowhere).toMatchObject({ code: 0, stderr: '' })
  })

  it('shows the effective configuration with secrets masked', async () => {
    const { stdout } = await runCommand(['config', '/tmp'], {
      SERVER__SESSION__SECRET_KEY: 'hush-hush',
      SERVER__PORT: '8765',
    })
    expect(stdout).toContain('port: 8765')
    expect(stdout).toContain('watch_recursive: true')
    expect(stdout).not.toContain('hush')
  })

  it.each([
    [['index', '/no/such/folder'], {}, /\/no\/such\/folder.*no such folder/],
    [['search', '/tmp'], {}, /--sketch FILE, --image FILE or --text WORD/],
    [
      ['search', '/tmp', '--text', 'dog', '--less-like', '/no/b.png:0.5'],
      {},
      /\/no\/b\.png: there is no such file/,
    ],
    [['search', '/tmp', '--image', '/no/query.png'], {}, /\/no\/query\.png: there is no such file/],
    [['serve', '--config', '/no/config.yaml'], {}, /\/no\/config\.yaml.*no such file/],
    [['index', '/tmp'], { SERVER__PORT: '80' }, /port \(variable SERVER__PORT\)/],
    [['index', '/tmp'], { SERVER__DATABASE: '{"host":"h","user":""}' }, /database\.user/],
    [
      ['import', '/tmp', '--from', 'postgresql://u:p@127.0.0.1:1/d'],
      {},
      /reference.*can't be used.*ECONNREFUSED/,
    ],
    [['serve', '--nonsense'], {}, /unknown option '--nonsense'/],
    [['serve', '--port', 'x'], {}, /whole number/],
  ] as const)('%j explains what to do', async (args, environment, sentence) => {
    const { code, stdout, stderr } = await runCommand([...args], environment)
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(sentence)
    expect(stderr).not.toMatch(/\n\s+at /)
  })
})

describe('a port that is in use', () => {
  it('is reported with a remedy', async () => {
    const { gallery, data } = await smallGallery()
    const product = await startProduct(gallery, data, CLASSICAL)
    const port = new URL(product.url).port
    const folders = [gallery, '--data-directory', await temporaryDirectory()]
    const other = await runCommand(['serve', ...folders, '--port', port], CLASSICAL)
    expect(other).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(RegExp(`port ${port} is in use.*--port`)),
    })
    await product.stop()
  })
})

describe('sketch-search copy-catalog', () => {
  it.each([
    [['--from', '/no/a.yaml', '--to', '/no/b.yaml'], /\/no\/a\.yaml.*no such file/],
    [['--from', '/no/a.yaml'], /--to <config>' not specified/],
  ])('refuses %j', async (args, reason) => {
    expect(await runCommand(['copy-catalog', ...args])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(reason),
    })
  })
})

describe('sketch-search evaluate', () => {
  it.each([
    [['--gallery', '/nowhere', '--queries', '/nowhere'], /--gallery: there is no folder \/nowhere/],
    [['--gallery', '.', '--queries', '.', '--kind', 'video'], /'video' is invalid.*sketch, image/],
    [['--queries', '.'], /--gallery <dir>' not specified/],
    [
      ['--gallery', '.', '--kind', 'text', '--embedder', 'a', '--embedder', 'b'],
      /With --kind text, one embedder is evaluated/,
    ],
    [
      ['--gallery', '.', '--kind', 'text', '--html', 'report.html'],
      /--html has no effect with --kind text: leave it out, or choose --kind sketch or image/,
    ],
    [
      ['--gallery', '.', '--queries', '.', '--json', 'no/such/file.json'],
      /--json: there is no folder .*no\/such/,
    ],
  ])('refuses %j', async (args, reason) => {
    expect(await runCommand(['evaluate', ...args])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(reason),
    })
  })
})
