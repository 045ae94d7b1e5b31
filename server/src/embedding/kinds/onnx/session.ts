import type { InferenceSession } from 'onnxruntime-node'
import { messageOf } from '../../../errors.ts'
import type { Device, LoadContext } from '../../load-context.ts'
import { assertTelemetryIsOff } from '../../telemetry.ts'
import { hasCudaProvider } from './cuda.ts'

// Loaded only now: a static import would come before the check.
assertTelemetryIsOff()
const runtime = await import('onnxruntime-node')
export const { Tensor } = runtime
export type Tensor = InstanceType<typeof Tensor>

/** An input or output of a model; a dimension of any size is undefined. */
export interface Port {
  name: string
  type: string
  shape: (number | undefined)[]
}

/** A model that is ready to run. `run` blocks the thread that calls it. */
export interface OnnxSession {
  inputs: Port[]
  outputs: Port[]
  /** Threads for one run. */
  threads: number
  run(inputs: Readonly<Record<string, Tensor>>, output: string): Promise<Tensor>
  close(): Promise<void>
}

/**
 * Opens an ONNX file on a device.
 * @throws {Error} if ONNX Runtime can't read the file
 */
export async function openSession(
  path: string,
  device: Device,
  threads: number,
  log: LoadContext['log'],
): Promise<OnnxSession> {
  const session = await create(path, device, threads, log)
  return {
    inputs: session.inputMetadata.map(toPort),
    outputs: session.outputMetadata.map(toPort),
    threads,
    async run(inputs, output) {
      const results = await session.run(inputs, [output])
      return results[output]!
    },
    close: () => session.release(),
  }
}

async function create(
  path: string,
  device: Device,
  threads: number,
  log: LoadContext['log'],
): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    intraOpNumThreads: threads,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // Threads that spin while they wait would occupy cores that readers and requests need: queries of 32 clients were 1.3 times
    // as fast without spinning.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  }
  if (device !== 'cpu' && hasCudaProvider()) {
    try {
      return await runtime.InferenceSession.create(path, { ...options, executionProviders: ['cuda', 'cpu'] })
    } catch (error) {
      log(`The GPU can't be used (${messageOf(error)}); it runs on the CPU.`)
    }
  } else if (device === 'cuda') {
    log(
      'device: cuda was asked for, but the CUDA provider of ONNX Runtime is not installed (see docs/models.md); it runs on the CPU.',
    )
  }
  return runtime.InferenceSession.create(path, { ...options, executionProviders: ['cpu'] })
}

function toPort(metadata: InferenceSession.ValueMetadata): Port {
  if (!metadata.isTensor) return { name: metadata.name, type: 'not a tensor', shape: [] }
  const shape = metadata.shape.map((size) => (typeof size === 'number' && size > 0 ? size : undefined))
  return { name: metadata.name, type: metadata.type, shape }
}
