import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { definitionFor } from '../testing/embedders.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { definitionOf } from './definition-of.ts'
import { fingerprintOf } from './fingerprint.ts'
import { describeDefinition, embedderKind } from './registry.ts'

describe('the registry', () => {
  it.each([
    [{ target: 'sketch-search-5' }, 'trained'],
    [{ target: 'sketch-search-4' }, 'trained'],
    [{ target: 'classical' }, 'classical'],
    [{ target: 'server.embedders.default.DefaultEmbedder' }, 'timm'],
    [{ target: 'timm' }, 'timm'],
    [{ target: 'onnx' }, 'onnx'],
    [{ target: 'transformers' }, 'transformers'],
    [{ target: 'my_package.models.Model' }, 'python'],
    [{ target: 'my-package#Model' }, 'javascript'],
    [{ target: './model.ts#Model' }, 'javascript'],
    [{ file: 'model.py', class_name: 'Model' }, 'python'],
    [{ file: 'a/Model.TS', class_name: 'Model' }, 'javascript'],
    [{ file: 'model.mjs', class_name: 'Model' }, 'javascript'],
  ] as const)('resolves %j to %s', (parts, kind) => {
    expect(embedderKind('mine', definitionFor(parts))).toBe(kind)
  })

  it.each([
    [
      { target: 'onyx' },
      /"mine": target: "onyx" is not known; it can be sketch-search-5, sketch-search-4, classical, .*onnx/,
    ],
    [{ target: '#Model' }, /is not known/],
    [
      { file: 'model.pth', class_name: 'Model' },
      /file: model\.pth is neither Python \(\.py\) nor JavaScript/,
    ],
  ] as const)('refuses %j', (parts, reason) => {
    expect(() => embedderKind('mine', definitionFor(parts))).toThrow(reason)
  })

  it.each([
    [{ target: 'onnx', args: ['m.onnx'] }, 'onnx of m.onnx'],
    [{ target: 'onnx', kwargs: { path: 'm.onnx' } }, 'onnx of m.onnx'],
    [{ target: 'timm', args: ['resnet18', 'w.pth'] }, 'timm of w.pth'],
    [{ target: 'timm', args: [1536, 2048, 'resnet18', 'w.pth'] }, 'timm of w.pth'],
    [{ target: 'my.Model', args: ['w.pth'] }, 'my.Model'],
  ])('names the file of %j', (parts, description) => {
    expect(describeDefinition(definitionFor(parts))).toBe(description)
  })

  it('needs no definition for built-in embedders', () => {
    const definition = definitionOf('classical', { chosen_embedder: 'classical', embedders: {} })
    expect(definition).toMatchObject({ target: 'classical', device: 'auto' })
  })
})

describe('the fingerprint', () => {
  it('of the former default model is that of version 0.1, so that its vectors are still used', async () => {
    expect(await fingerprintOf('sketch-search-4', definitionFor({ target: 'sketch-search-4' }))).toBe(
      '3e19d56379f6561fb83a373cd4bb0b3a9124e498eae30ce69166a0e352726f6c',
    )
  })

  it('changes with everything that changes the vectors, and with nothing else', async () => {
    const folder = await temporaryDirectory()
    const weights = join(folder, 'model.pth')
    const code = join(folder, 'model.py')
    const log = join(folder, 'training.log')
    for (const file of [weights, code, log]) await writeFile(file, 'first')
    const parts = {
      file: code,
      class_name: 'Model',
      kwargs: { nested: { weights_path: weights }, log, scale: 1 },
    }
    const of = (changes = {}) => fingerprintOf('mine', definitionFor({ ...parts, ...changes }))

    const first = await of()
    expect(first).toMatch(/^[0-9a-f]{64}$/)
    expect(await fingerprintOf('another name', definitionFor(parts))).toBe(first)
    const elsewhere = join(await temporaryDirectory(), 'copy.pth')
    await writeFile(elsewhere, 'first')
    expect(await of({ kwargs: { ...parts.kwargs, nested: { weights_path: elsewhere } } })).toBe(first)
    expect(
      await of({ device: 'cpu', python: '/usr/bin/python3', batch_timeout_s: 1, start_timeout_s: 1 }),
    ).toBe(first)
    await writeFile(log, 'second')
    expect(await of()).toBe(first)
    const { nested, scale } = parts.kwargs
    expect(await of({ kwargs: { scale, log, nested } })).toBe(first)

    expect(await of({ kwargs: { ...parts.kwargs, scale: 2 } })).not.toBe(first)
    expect(await of({ class_name: 'Other' })).not.toBe(first)
    await writeFile(weights, 'second')
    const second = await of()
    expect(second).not.toBe(first)
    await writeFile(code, 'second')
    expect(await of()).not.toBe(second)
  })

  it('includes the weights beside an ONNX model, and treats two names of one kind as equal', async () => {
    const folder = await temporaryDirectory()
    const path = join(folder, 'model.onnx')
    await writeFile(path, 'graph')
    await writeFile(`${path}.data`, 'first')
    const of = (target: string) => fingerprintOf('mine', definitionFor({ target, kwargs: { path } }))
    const first = await of('onnx')
    await writeFile(`${path}.data`, 'second')
    expect(await of('onnx')).not.toBe(first)
    expect(await of('timm')).toBe(await of('server.embedders.default.DefaultEmbedder'))
    expect(await of('a.b')).not.toBe(await of('a.c'))
    // This file belongs to another model, whose name begins alike.
    const before = await of('onnx')
    await writeFile(join(folder, 'model_fp16.onnx_data'), 'other')
    expect(await of('onnx')).toBe(before)
    await writeFile(join(folder, 'model.onnx_data'), 'own')
    expect(await of('onnx')).not.toBe(before)
  })

  it('excludes the arguments for texts: adding a text model embeds no image again', async () => {
    const path = join(await temporaryDirectory(), 'model.onnx')
    await writeFile(path, 'graph')
    const of = (kwargs: Record<string, unknown>) =>
      fingerprintOf('mine', definitionFor({ target: 'onnx', kwargs: { path, ...kwargs } }))
    const texts = { text_path: 'text.onnx', tokenizer: 'tokenizer.json', text_length: 64, text_output: 'y' }
    expect(await of(texts)).toBe(await of({}))
    expect(await of({ sketch_path: 'sketch.onnx' })).not.toBe(await of({}))
  })

  it('includes the weights of a built-in kind under any file name', async () => {
    const folder = await temporaryDirectory()
    for (const name of ['model_best.pth.tar', 'weights', 'epoch.12']) {
      const weights_path = join(folder, name)
      const of = () => fingerprintOf('mine', definitionFor({ target: 'timm', kwargs: { weights_path } }))
      await writeFile(weights_path, 'first')
      const first = await of()
      await writeFile(weights_path, 'second')
      expect(await of()).not.toBe(first)
    }
  })

  it('of a model in a folder changes with its files', async () => {
    const folder = await temporaryDirectory()
    await mkdir(join(folder, 'onnx'))
    await writeFile(join(folder, 'onnx', 'model.onnx'), 'first')
    const of = () =>
      fingerprintOf('mine', definitionFor({ target: 'transformers', kwargs: { model: folder } }))
    const first = await of()
    expect(await of()).toBe(first)
    const offline = { target: 'transformers', kwargs: { model: folder, offline: true } }
    expect(await fingerprintOf('mine', definitionFor(offline))).toBe(first)
    await mkdir(join(folder, '.git'))
    for (const name of ['README.md', '.git/index', '.git/config.json'])
      await writeFile(join(folder, name), 'any')
    expect(await of()).toBe(first)
    await writeFile(join(folder, 'config.json'), '{}')
    expect(await of()).not.toBe(first)
    await writeFile(join(folder, 'onnx', 'model.onnx'), 'the second')
    expect(await of()).not.toBe(first)
  })
})
