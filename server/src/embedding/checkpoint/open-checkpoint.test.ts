import { existsSync, readFileSync } from 'node:fs'
import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { encodeSafetensors } from '../../testing/safetensors.ts'
import { temporaryDirectory } from '../../testing/temporary.ts'
import { openCheckpoint } from './open-checkpoint.ts'
import { unpickle } from './unpickle.ts'

/** Made by fixtures/checkpoints.py with PyTorch. */
const fixture = (name: string) => join(import.meta.dirname, 'fixtures', name)
const VALUES: Record<string, { shape: number[]; values: number[] }> = JSON.parse(
  readFileSync(fixture('values.json'), 'utf8'),
)

async function open(path: string) {
  const checkpoint = await openCheckpoint(path)
  onTestFinished(() => checkpoint.close())
  return checkpoint.tensors
}

describe('a checkpoint', () => {
  it.each(['state.pth', 'wrapped.pth', 'training.pth'])(
    '%s: every tensor is what PyTorch saved: of any type, transposed, sliced, expanded or shared',
    async (name) => {
      const tensors = await open(fixture(name))
      expect([...tensors.keys()].sort()).toEqual(Object.keys(VALUES).sort())
      for (const [key, { shape, values }] of Object.entries(VALUES)) {
        expect(tensors.get(key)!.shape, key).toEqual(shape)
        expect([...(await tensors.get(key)!.read())], key).toEqual(values)
      }
    },
  )

  it('in safetensors is read too, in every precision', async () => {
    const file = join(await temporaryDirectory(), 'model.safetensors')
    const values = Float32Array.of(0.5, -2, 1.25, 0, 3, -0.75)
    await writeFile(
      file,
      encodeSafetensors({
        a: { type: 'F32', shape: [2, 3], values },
        '_orig_mod.b': { type: 'F16', shape: [6], values },
        c: { type: 'BF16', shape: [3, 2], values },
      }),
    )
    const tensors = await open(file)
    expect([...tensors.keys()]).toEqual(['a', 'b', 'c'])
    for (const tensor of tensors.values()) expect(await tensor.read()).toEqual(values)
    expect(tensors.get('c')!.shape).toEqual([3, 2])
  })

  it.each([
    [
      'malicious.pth',
      /object of the class (posix|nt|os)\.system, which is not built because a class can run any code/,
    ],
    ['with-arguments.pth', /argparse\.Namespace.*torch\.save\(model\.state_dict\(\), file\)/],
    ['legacy.pth', /not a checkpoint of PyTorch 1\.6 or newer/],
    ['no-weights.pth', /holds no weights/],
    ['other.zip', /without data\.pkl/],
    ['checkpoints.py', /not a checkpoint of PyTorch/],
    ['nowhere.pth', /there is no such file/],
  ])('%s is refused with its name and the reason', async (name, reason) => {
    await expect(openCheckpoint(fixture(name))).rejects.toMatchObject({
      code: 'embedder_unavailable',
      message: expect.stringMatching(reason),
    })
    await expect(openCheckpoint(fixture(name))).rejects.toThrow(name)
    expect(existsSync('/tmp/sketch-search-was-here')).toBe(false)
  })

  it('is refused if it is an ONNX file or TorchScript, with what to use instead', async () => {
    const folder = await temporaryDirectory()
    const onnx = join(folder, 'model.onnx')
    await writeFile(onnx, 'no archive')
    await expect(openCheckpoint(onnx)).rejects.toThrow(/it is an ONNX file: .*"target: onnx"/)
    await expect(openCheckpoint(fixture('script.pt'))).rejects.toThrow(
      /this is TorchScript: export it to ONNX/,
    )
  })

  it('that is truncated is refused', async () => {
    const folder = await temporaryDirectory()
    const torch = join(folder, 'cut.pth')
    const bytes = await readFile(fixture('state.pth'))
    await writeFile(torch, bytes.subarray(0, bytes.length / 2))
    await expect(openCheckpoint(torch)).rejects.toThrow(/cut\.pth can't be read: it is incomplete: copy/)
    const safe = join(folder, 'cut.safetensors')
    await writeFile(
      safe,
      encodeSafetensors({ a: { type: 'F32', shape: [100], values: new Float32Array(100) } }),
    )
    await truncate(safe, 200)
    await expect(openCheckpoint(safe)).rejects.toThrow(/tensor a lies outside the file/)
    await truncate(safe, 4)
    await expect(openCheckpoint(safe)).rejects.toThrow(/not a safetensors file/)
  })
})

describe('a pickle', () => {
  const refuse = (): never => {
    throw new Error('refused')
  }
  const read = (text: string) =>
    unpickle(Buffer.from(text, 'latin1'), { resolveGlobal: refuse, resolvePersistentId: refuse })

  it('yields plain values', () => {
    expect(
      read('\x80\x02}q\x00(X\x01\x00\x00\x00aK\x01X\x01\x00\x00\x00bG?\xf8\x00\x00\x00\x00\x00\x00u.'),
    ).toEqual(
      new Map([
        ['a', 1],
        ['b', 1.5],
      ]),
    )
    expect(read('\x80\x02(J\xff\xff\xff\xff\x8a\x02\x00\x80M\x00\x01\x88Nt.')).toEqual([
      -1,
      -32768,
      256,
      true,
      null,
    ])
  })

  it.each([
    ['', /Offset is outside|ends early/],
    ['\x80\x02}', /ends early|Offset/],
    ['\x80\x02u.', /mark is missing/],
    ['\x80\x02K\x01a.', /stack is empty|no container/],
    ['\x80\x02h\x05.', /never stored/],
    ['\x80\x02i.', /unknown opcode "i"/],
    ['\x80\x02K\x01)R.', /calls something that is not a function/],
    ['\x80\x02X\xff\xff\xff\xffa.', /ends early/],
    ['\x80\x02cos\nsystem\n.', /refused/],
  ])('that is damaged or needs other code is refused: %j', (text, reason) => {
    expect(() => read(text)).toThrow(reason)
  })
})
