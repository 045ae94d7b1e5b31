import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { circleSketch, picture, writeSettled } from '../server/src/testing/pictures.ts'
import { temporaryDirectory } from '../server/src/testing/temporary.ts'
import { untilIndexed } from './support/demo.ts'
import { CLASSICAL, runCommand, startProduct } from './support/product.ts'
import { smallGallery } from './support/small-gallery.ts'

/** A server for five images, of which sub/1.png and sub/3.png are in the trash. */
async function startWithTrash() {
  const { gallery, data } = await smallGallery()
  const product = await startProduct(gallery, data, CLASSICAL)
  await untilIndexed(product.url, 5)
  const { images } = await (await fetch(`${product.url}/api/images`)).json()
  for (const { id, path } of images)
    if (/[13]\.png/.test(path)) await fetch(`${product.url}/api/images/${id}`, { method: 'DELETE' })
  return { gallery, data, product }
}

describe('sketch-search trash', () => {
  it('lists, restores and removes deleted images, unless a server uses the index', async () => {
    const { gallery, data, product } = await startWithTrash()
    const trash = (...args: string[]) =>
      runCommand(['trash', ...args, '--folder', gallery, '--data-directory', data], CLASSICAL)
    expect(await trash('empty')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/A server is running: add --server http:/),
    })
    expect((await trash('list')).stdout).toContain('sub/3.png')
    expect(await product.stop()).toBe(0)

    const listed = JSON.parse((await trash('list', '--json')).stdout)
    expect(listed.map(({ path }: { path: string }) => path).sort()).toEqual(['sub/1.png', 'sub/3.png'])
    const trashed = join(gallery, '.sketch-search-trash')
    const of1 = (await readdir(trashed, { recursive: true })).find((name) => name.endsWith('1.png'))!
    await rename(join(trashed, of1), join(gallery, 'kept'))
    expect(await trash('restore', 'sub/1.png', 'sub/3.png')).toMatchObject({
      code: 1,
      stdout: 'Restored: sub/3.png\n',
      stderr: expect.stringMatching(/^Not restored: sub\/1\.png: .*no file/m),
    })
    await rename(join(gallery, 'kept'), join(trashed, of1))
    expect((await readdir(join(gallery, 'sub'))).sort()).toEqual(['0.png', '2.png', '3.png', '4.png'])
    expect((await trash('restore', 'sub/9.png')).stderr).toContain('The trash has no image "sub/9.png".')
    expect((await trash('list')).stdout).toMatch(/^deleted at .*\n\S+ +\S+ +sub\/1\.png\n$/)
    const inAnotherGallery = await runCommand(
      ['trash', 'empty', '--data-directory', data],
      CLASSICAL,
      join(gallery, 'sub'),
    )
    expect(inAnotherGallery).toMatchObject({ code: 1, stderr: expect.stringContaining('with --folder') })
    expect(await trash('empty')).toMatchObject({ code: 0, stdout: '1 image removed for good.\n' })
    expect((await trash('list')).stdout).toBe('The trash is empty.\n')
  })
})

it('sketch-search trash works by the HTTP API of a running server', async () => {
  const { gallery, product } = await startWithTrash()
  const trash = (...args: string[]) => runCommand(['trash', ...args, '--server', product.url])
  const listed = JSON.parse((await trash('list', '--json')).stdout)
  expect(listed.map(({ path }: { path: string }) => path).sort()).toEqual(['sub/1.png', 'sub/3.png'])
  expect(await trash('restore', 'sub/3.png')).toMatchObject({ code: 0, stdout: 'Restored: sub/3.png\n' })
  expect((await readdir(join(gallery, 'sub'))).sort()).toEqual(['0.png', '2.png', '3.png', '4.png'])
  expect(await trash('restore', 'sub/9.png')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('The trash has no image "sub/9.png".'),
  })
  expect(await trash('empty')).toMatchObject({ code: 0, stdout: '1 image removed for good.\n' })
  expect((await trash('list')).stdout).toBe('The trash is empty.\n')
  expect(await product.stop()).toBe(0)
  expect(await trash('list')).toMatchObject({ code: 1, stderr: expect.stringContaining('does not answer') })
})

describe('sketch-search collections and export', () => {
  it('list and export images while a server runs, and after it', async () => {
    const { gallery, data } = await smallGallery()
    const product = await startProduct(gallery, data, CLASSICAL)
    await untilIndexed(product.url, 5)
    const { images } = await (await fetch(`${product.url}/api/images?order_by=user_visible_name`)).json()
    const ids = images.slice(0, 2).map(({ id }: { id: string }) => id)
    const paths = images.map(({ path }: { path: string }) => path)
    await fetch(`${product.url}/api/collections`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Best', image_ids: ids }),
    })
    const run = (...args: string[]) =>
      runCommand([...args, '--folder', gallery, '--data-directory', data], CLASSICAL)
    const linesOf = async (...args: string[]) => (await run(...args)).stdout.trimEnd().split('\n')
    expect((await run('collections', 'list')).stdout).toMatch(
      /^name +images +kind +shared +id\nBest +2 +images +yes +\S+\n$/,
    )
    expect(JSON.parse((await run('collections', 'list', '--json')).stdout)).toMatchObject([
      { name: 'Best', images: 2, kind: 'images', shared: true },
    ])
    expect((await linesOf('collections', 'show', 'Best')).sort()).toEqual(paths.slice(0, 2).sort())
    expect(await run('collections', 'show', 'Worst')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no collection "Worst".'),
    })
    expect(await run('collections', 'list', '--user', 'nobody@example.org')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no user nobody@example.org.'),
    })
    expect(await product.stop()).toBe(0)

    expect((await linesOf('export', '--format', 'paths')).sort()).toEqual(paths.toSorted())
    const absolute = await run('export', '--format', 'paths', '--absolute', '--null')
    expect(absolute.stdout.split('\0').sort()).toEqual(
      ['', ...paths.map((path: string) => join(gallery, path))].sort(),
    )
    expect(await run('export', '--format', 'csv', '--null')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('need --format paths'),
    })
    expect(await linesOf('export', '--format', 'paths', '--id', ...ids)).toEqual(paths.slice(0, 2))
    const query = ['--query', `order_by=user_visible_name&name_contains=${images[0].user_visible_name}`]
    expect(await linesOf('export', '--format', 'paths', ...query)).toEqual([paths[0]])
    const search = join(data, 'search.json')
    await writeFile(search, JSON.stringify({ parts: [{ kind: 'image_id', image_id: ids[1] }], top_k: 1 }))
    const found = JSON.parse((await run('export', '--format', 'json', '--search', search)).stdout)
    expect(found).toMatchObject([{ path: paths[1], score: expect.closeTo(1, 2) }])
    const archive = join(data, 'best.zip')
    expect(await run('export', '--format', 'zip', '--collection', 'Best', '-o', archive)).toMatchObject({
      code: 0,
      stdout: '',
    })
    expect((await readFile(archive)).subarray(0, 4).toString('latin1')).toBe('PK\x03\x04')
    for (const [args, message] of [
      [['--query', 'nam=x'], '--query: there is no filter "nam".'],
      [['--query', 'page=x'], '--query: page:'],
      [['--id', ids[0], '--collection', 'Best'], 'Give exactly one of'],
      [['-o', join(data, 'none', 'x.zip')], "can't be written (ENOENT)"],
    ] as const)
      expect(await run('export', '--format', 'paths', ...args)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(message),
      })
  })
})

describe('sketch-search evaluate', () => {
  it('measures what the colours of a drawing add, and how well pasted things are found', async () => {
    const directory = await temporaryDirectory()
    const folder = (name: string) => join(directory, name)
    for (let n = 0; n < 8; n++) {
      const className = n % 2 === 0 ? 'round' : 'square'
      await writeSettled(join(folder('gallery'), className, `${n}.png`), await picture(n))
      await writeSettled(join(folder('scenes'), 'any', `${n}.png`), await picture(n + 20))
      await writeSettled(join(folder('queries'), className, `${n}-1.png`), await circleSketch())
    }
    for (const path of ['gallery/round/0-broken.png', 'scenes/any/0-broken.png'])
      await writeSettled(folder(path), 'no image')
    const evaluate = (...options: string[]) => {
      const folders = ['--gallery', folder('gallery'), '--queries', folder('queries')]
      const data = ['--data-directory', folder('data'), '--embedder', 'classical']
      return runCommand(['evaluate', ...folders, ...data, ...options])
    }
    const colours = await evaluate('--kind', 'colours', '--json', folder('colours.json'))
    expect(colours.stdout).toMatch(/^8 sketches in the colours of their photos, 32 images/)
    expect(colours.stderr).toMatch(/round\/0-broken\.png is left out: .*can't be read/)
    expect(colours.stdout).toMatch(/^sketch and colours, weight 0\.5 +[01]\.\d{4} +[01]\.\d{4} +\d+$/m)
    const { scores } = JSON.parse(await readFile(folder('colours.json'), 'utf8'))
    const recallOf = (query: string) =>
      scores.find((one: { query: string }) => one.query === query).recallAt10
    expect(recallOf('sketch and colours, weight 1')).toBeGreaterThan(recallOf('sketch'))

    const pasted = await evaluate('--kind', 'pasted', '--scenes', folder('scenes'))
    expect(pasted.stdout).toMatch(/^4 objects pasted into scenes, 12 images/)
    for (const path of ['round/0-broken.png', 'any/0-broken.png'])
      expect(pasted.stderr).toContain(`${path} is left out`)
    for (const side of ['1/2', '1/3', '1/4', 'all'])
      for (const windows of ['none', 'half', 'quarter'])
        expect(pasted.stdout).toMatch(new RegExp(`^${side} +${windows}( +[01]\\.\\d{4}){4} +- +-$`, 'm'))
    expect(pasted.stdout).toMatch(/^1\/4 +(quick|full)( +[01]\.\d{4}){3} +-$/m)
    const few = await evaluate('--kind', 'pasted', '--scenes', folder('scenes'), '--limit', '2')
    expect(few.stdout).toMatch(/^2 objects pasted into scenes, 6 images/)

    const all = await evaluate('--kind', 'all', '--pairs', '--scenes', folder('scenes'))
    for (const row of [
      /^sketch → photo +mAP, 8 sketches, 2 classes +[01]\.\d{3} +random: [01]\.\d{3}$/m,
      /^sketch and colours, weight 1 +R@1, R@10, 8 sketches .* sketch: [01]\.\d{3}, [01]\.\d{3}$/m,
      /^region of 1\/4 → photo .*, 4 regions +\d+, \d+, [01]\.\d{3} +crop alone: /m,
      /^things of 1\/3 by photo +R@10 with windows half, quarter +[01]\.\d{3}, [01]\.\d{3} +without windows: /m,
      /^heat map, things of 1\/2 +maximum on the thing, by region, photo +[01]\.\d{3}, [01]\.\d{3} +quick: .*; chance: /m,
      /^feedback +P@20 after 1, 2, 3 rounds +[01]\.\d{3}, [01]\.\d{3}, [01]\.\d{3} +before: [01]\.\d{3}$/m,
      /^The embedder "classical" does not understand words\.$/m,
    ])
      expect(all.stdout).toMatch(row)
  })

  it('prints the figures of the other kinds if the model has no words for the classes', async () => {
    const directory = await temporaryDirectory()
    for (const [n, className] of ['sku-a1', 'sku-a1', 'sku-b2', 'sku-b2'].entries()) {
      await writeSettled(join(directory, 'gallery', className, `${n}.png`), await picture(n))
      await writeSettled(join(directory, 'queries', className, `${n}-1.png`), await circleSketch())
    }
    const folders = ['gallery', 'queries'].flatMap((name) => [`--${name}`, join(directory, name)])
    const options = ['--data-directory', join(directory, 'data'), '--embedder', 'sketch-search-5', '--pairs']
    const { code, stdout } = await runCommand(['evaluate', '--kind', 'all', ...folders, ...options])
    expect(stdout).toMatch(/^sketch → photo +mAP, 4 sketches, 2 classes +[01]\.\d{3} /m)
    expect(stdout).toMatch(/^sketch and colours, weight 1 +R@1/m)
    expect(stdout).toMatch(/^The embedder "sketch-search-5" has words for no class of \S+gallery\.$/m)
    expect(code).toBe(0)
  })
})

describe('sketch-search search', () => {
  it('prints the most similar, also as JSON, and while a server runs', async () => {
    const { gallery, data } = await smallGallery()
    const query = join(await temporaryDirectory(), 'query.jpg')
    await writeFile(query, await picture(3, 'jpeg'))
    const args = ['search', gallery, '--data-directory', data, '--top', '2']
    const text = await runCommand([...args, '--image', query], CLASSICAL)
    expect(text.stdout).toMatch(/^[01]\.\d{4} {2}sub\/3\.png\n[01]\.\d{4} {2}sub\/\d\.png\n$/)
    const json = JSON.parse((await runCommand([...args, '--image', query, '--json'], CLASSICAL)).stdout)
    expect(json).toHaveLength(2)
    expect(json[0]).toMatchObject({ path: 'sub/3.png', score: expect.any(Number) })

    const product = await startProduct(gallery, data, CLASSICAL)
    await writeFile(query, await circleSketch())
    const sketch = await runCommand([...args, '--sketch', query], CLASSICAL)
    expect(sketch).toMatchObject({ code: 0 })
    expect(sketch.stdout.trim().split('\n')).toHaveLength(2)
    const parts = ['--sketch', `${query}:0.5`, '--image', query, '--less-like', `${query}:0.25`]
    expect((await runCommand([...args, ...parts], CLASSICAL)).stdout.trim().split('\n')).toHaveLength(2)
    const others = ['--image-id', json[0].id, '--region', `${query}@0,0,0.5,0.5`, '--colours', '#d02020:0.5']
    expect((await runCommand([...args, ...others], CLASSICAL)).stdout).toMatch(
      /^[01]\.\d{4} {2}sub\/3\.png\n/,
    )
    expect(await runCommand([...args, '--text', 'dog'], CLASSICAL)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('does not understand words'),
    })
    expect(await runCommand([...args, '--sketch', query])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has no vectors of the embedder "sketch-search-5"'),
    })
    expect(await product.stop()).toBe(0)
  })
})

describe('sketch-search index', () => {
  it('writes its log as readable lines into a pipe, and as JSON lines on request', async () => {
    const index = async (environment: Record<string, string>) => {
      const { gallery } = await smallGallery()
      // Without the measurements of earlier runs, the first line announces them.
      const args = ['index', gallery, '--data-directory', join(await temporaryDirectory(), 'data')]
      const { stderr } = await runCommand(args, { ...CLASSICAL, ...environment })
      return stderr.trim().split('\n')
    }
    const lines = await index({})
    expect(lines[0]).toMatch(/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [+-]\d{4}\] INFO: \S/)
    for (const sign of ['\x1b', '{"level"']) expect(lines.join('')).not.toContain(sign)
    const entries = (await index({ SERVER__LOG_FORMAT: 'json' })).map((line) => JSON.parse(line))
    expect(entries[0]).toMatchObject({ level: expect.any(Number), msg: expect.any(String) })
  })
})
