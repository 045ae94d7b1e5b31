import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { pythonWithNumpy } from '../../../testing/python.ts'
import { STATE_KEYS } from '../../checkpoint/torch-checkpoint.ts'

const HEAD = `
head = {}
for n, (inputs, outputs) in zip((0, 2, 4), ((256, 8), (8, 4), (4, 4))):
    head[f"projection_head.{n}.weight"] = zeros((outputs, inputs))
    head[f"projection_head.{n}.bias"] = zeros(outputs)
`

/** @returns the last line that Python prints, or the error that it ends with */
function run(code: string): string {
  const program = `from numpy import zeros\nfrom checkpoint_layers import *\n${HEAD}${code}`
  const { stdout, stderr } = spawnSync(pythonWithNumpy(), ['-B', '-c', program], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  })
  return `${stdout}${stderr}`.trim().split('\n').at(-1)!
}

describe('the weights of a checkpoint', () => {
  it('are found under the keys and prefixes that the reader in TypeScript has', () => {
    const cases = [
      ['{"_orig_mod.module.a": 1, "module._orig_mod.b": 1, "module.module.c": 1}', ['a', 'b', 'c']],
      ['{"best": 1, "net": {"module.a": 1, "b": 1}}', ['a', 'b']],
      ['{"state_dict_ema": {"ema": 1}, "state_dict": {"raw": 1}}', ['raw']],
      ['{"state_dict": {"a": 1}, "model_ema": {"a": 1, "n_averaged": 1}}', ['a', 'n_averaged']],
      ['{"epoch": "3", 4: 1}', []],
    ] as const
    const found = cases.map(([root]) => `list(find_weights(${root}, lambda value: value == 1))`)
    const [keys, ...names] = JSON.parse(
      run(`import json\nprint(json.dumps([STATE_KEYS, ${found.join(', ')}]))`),
    )
    expect(keys).toEqual(STATE_KEYS)
    expect(names).toEqual(cases.map(([, expected]) => expected))
  })

  it('are read in the order of their layers, with and without biases', () => {
    expect(
      run('del head["projection_head.4.bias"]\nprint([(w.shape, b is None) for w, b in read_layers(head)])'),
    ).toBe('[((8, 256), False), ((4, 8), False), ((4, 4), True)]')
    expect(run('print(read_layers({}))')).toBe('[]')
  })

  it.each([
    [
      'a missing layer',
      'del head["projection_head.2.weight"]; read_layers(head)',
      /lacks projection_head\.2\.weight, while it has projection_head\.0\.weight/,
    ],
    [
      'a layer that does not fit',
      'head["projection_head.2.weight"] = zeros((4, 9)); read_layers(head)',
      /projection_head\.2\.weight is \(4, 9\), which does not fit/,
    ],
    [
      'a bias that does not fit',
      'head["projection_head.4.bias"] = zeros(9); read_layers(head)',
      /projection_head\.4\.bias is \(9,\), but its weight is \(4, 4\)/,
    ],
    [
      'a checkpoint without a backbone',
      'check_backbone("a.pth", head, head)',
      /a\.pth has no weights of a backbone; it holds projection_head\.0\.weight/,
    ],
    [
      'an empty checkpoint',
      'check_backbone("a.pth", {}, {})',
      /a\.pth has no weights of a backbone; it holds nothing/,
    ],
    [
      'another shape than in the backbone',
      'check_shapes("vit", {"stem.weight": zeros((3, 3)), "other": zeros(1)}, {"stem.weight": zeros((24, 3))})',
      /stem\.weight is \(3, 3\) in the checkpoint, but \(24, 3\) in vit/,
    ],
  ])('refuse %s, with the reason', (_, code, reason) => {
    expect(run(code)).toMatch(reason)
    expect(run(code)).toMatch(/^ValueError: /)
  })
})
