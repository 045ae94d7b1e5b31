import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { findPython } from '../scripts/python.ts'
import { openEmbedder } from '../server/src/embedding/open-embedder.ts'
import { probeImage } from '../server/src/embedding/process/probe.ts'
import { type EmbedderDefinition, embedderKind } from '../server/src/embedding/registry.ts'
import { withoutTelemetry } from '../server/src/embedding/telemetry.ts'
import { median, ms, ROUND_MS, table, timeOf } from './support.ts'
import type { BareModel } from './time-bare.ts'

const ROOT = join(import.meta.dirname, '..')
const ROUNDS = 5

/**
 * Time for each image of an embedder in its process, with resizing, pipes and checks, against the same model called
 * directly; both with the same threads and batches, in turns.
 */
export async function benchEmbedders(directory: string, checkpoint: string): Promise<string> {
  const common = { args: [], device: 'cpu' as const, start_timeout_s: 300, batch_timeout_s: 120 }
  const embedders: Record<string, EmbedderDefinition> = {
    classical: { ...common, target: 'classical', kwargs: {} },
    'ConvNeXt-Tiny from a checkpoint': {
      ...common,
      target: 'timm',
      kwargs: { timm_backbone: 'convnext_tiny', weights_path: checkpoint },
    },
    'a small ONNX model': { ...common, target: 'onnx', kwargs: { path: join(ROOT, 'examples/model.onnx') } },
    TypeScript: {
      ...common,
      file: join(ROOT, 'examples/edge-directions.ts'),
      class_name: 'EdgeDirections',
      kwargs: {},
    },
    Python: {
      ...common,
      file: join(import.meta.dirname, 'two_layers.py'),
      class_name: 'TwoLayers',
      kwargs: {},
      python: findPython() ?? 'python3',
    },
  }
  const rows: string[][] = []
  for (const name of Object.keys(embedders)) rows.push(await compare(name, embedders, directory))
  const head = ['embedder', 'threads', 'batch', 'bare', 'in its process', 'ratio']
  return `## Time for one image: the model alone, and in its process\n\n${table(head, rows)}`
}

async function compare(
  name: string,
  embedders: Record<string, EmbedderDefinition>,
  directory: string,
): Promise<string[]> {
  const definition = embedders[name]!
  const { embedder, fingerprint } = await openEmbedder(
    name,
    { chosen_embedder: name, embedders },
    { dataDirectory: directory, canWrite: true, onOutput: () => {} },
  )
  const { batchSize, threads } = embedder.measurement
  const { width, height } = embedder.inputSize
  const picture = { data: probeImage(embedder.inputSize), width, height }
  const inProcess = () => embedder.embed(Array(batchSize).fill(picture), 'photo', 'bulk')

  const context = { cacheDirectory: join(directory, 'models'), device: 'cpu', threads, fingerprint } as const
  const timeAlone = () =>
    embedderKind(name, definition) === 'python'
      ? timeInPython(definition, batchSize)
      : timeInNode({ name, definition, context, batchSize, inputSize: embedder.inputSize })
  const single: number[] = []
  const hosted: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    single.push(timeAlone())
    hosted.push(await timeOf(inProcess, batchSize))
  }
  await embedder.close()
  const ratio = median(hosted) / median(single)
  return [
    name,
    String(threads ?? '–'),
    String(batchSize),
    ms(median(single)),
    ms(median(hosted)),
    ratio.toFixed(2),
  ]
}

/** Runs in a separate process, which is started with telemetry switched off. */
function timeInNode(model: BareModel): number {
  const args = [join(import.meta.dirname, 'time-bare.ts'), JSON.stringify(model)]
  return Number(execFileSync(process.execPath, args, { env: withoutTelemetry() }).toString())
}

function timeInPython(definition: EmbedderDefinition, batchSize: number): number {
  if (!('file' in definition)) throw new Error('a file is needed')
  const script = `
import sys, time, importlib.util, numpy
spec = importlib.util.spec_from_file_location("m", ${JSON.stringify(definition.file)})
module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)
embedder = module.${definition.class_name}()
images = numpy.full((${batchSize}, 224, 224, 3), 0.5, numpy.float32)
embedder.embed(images)
start, batches = time.perf_counter(), 0
while time.perf_counter() - start < ${ROUND_MS / 1000}:
    embedder.embed(images); batches += 1
print((time.perf_counter() - start) * 1000 / batches / ${batchSize})`
  const python = definition.python ?? 'python3'
  return Number(execFileSync(python, ['-c', script], { env: withoutTelemetry() }).toString())
}
