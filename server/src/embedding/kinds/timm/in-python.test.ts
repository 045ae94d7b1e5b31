import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findPython } from '../../../../../scripts/python.ts'
import { definitionFor, startHost } from '../../../testing/embedders.ts'
import { temporaryDirectory } from '../../../testing/temporary.ts'
import { timmInPython } from './in-python.ts'

const TARGET = 'server.embedders.default.DefaultEmbedder'
const weights_path = join(import.meta.dirname, 'fixtures/test_convnext.pth')

describe('a backbone without a graph', () => {
  it('becomes a class in Python with the same arguments', () => {
    const definition = definitionFor({
      ...{ target: TARGET, python: '/venv/bin/python', start_timeout_s: 900 },
      args: [1536, 2048, 'regnety_999', 'model.pth'],
      kwargs: { normalize: false, input_size: 256 },
    })
    const { definition: python, notes } = timmInPython(definition)!
    expect(python).toMatchObject({
      class_name: 'TimmEmbedder',
      python: '/venv/bin/python',
      start_timeout_s: 900,
      kwargs: {
        ...{ timm_backbone: 'regnety_999', embedding_size: 1536, hidden_layer_size: 2048, input_size: 256 },
        normalisation: { photo: { mean: [0, 0, 0], std: [1, 1, 1], isGrey: false } },
      },
    })
    expect(notes).toEqual([expect.stringMatching(/"regnety_999" has no graph here: Python runs it/)])
  })

  it('is taken for a mistyped one only if that is nearly certain', () => {
    const reasonFor = (timm_backbone: string) =>
      timmInPython(definitionFor({ target: TARGET, kwargs: { timm_backbone, weights_path } }))!.explain(
        "No module named 'numpy'",
      )
    expect(reasonFor('resnett18.a1_in1k')).toMatch(/^the backbone .*; did you mean resnet18\? \(No module/)
    for (const other of ['swin_tiny_patch4_window7_224', 'vit_tiny_patch32_224', 'maxvit_tiny_224'])
      expect(reasonFor(other)).not.toContain('did you mean')
  })

  it('uses its graph if there is one', () => {
    for (const timm_backbone of ['convnext_tiny.fb_in22k', 'vit_base_patch16_224', 'resnet50d'])
      expect(
        timmInPython(definitionFor({ target: TARGET, kwargs: { timm_backbone, weights_path } })),
      ).toBeUndefined()
  })

  it('is named in the log, with the nearest name if it can’t be loaded', async () => {
    const { status } = spawnSync(findPython()!, ['-c', 'import torch, timm'], { stdio: 'ignore' })
    const reason = status === 0 ? /Unknown model/ : /No module named '(torch|timm)'.*`python:`/
    const output: string[] = []
    const started = startHost(
      { target: TARGET, kwargs: { timm_backbone: 'convnext_tinny', weights_path }, python: findPython()! },
      {
        loadSettings: { cacheDirectory: await temporaryDirectory() },
        onOutput: (line) => output.push(line),
      },
    )
    await expect(started).rejects.toThrow(reason)
    await expect(started).rejects.toThrow(
      /did not start: the backbone "convnext_tinny" has no graph here.*; did you mean convnext_tiny\? \(/,
    )
    expect(output.join('\n')).toMatch(/"convnext_tinny" has no graph here: Python runs it/)
  })
})
