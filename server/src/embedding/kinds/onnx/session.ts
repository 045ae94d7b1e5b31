import { stat } from 'node:fs/promises'
import type { InferenceSession } from 'onnxruntime-node'
import { messageOf, systemCodeOf } from '../../../errors.ts'
import type { Device, LoadContext } from '../../load-context.ts'
import { assertTelemetryIsOff } from '../../telemetry.ts'
import { cudaProblem, hasCudaProvider } from './cuda.ts'

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
  warn: LoadContext['warn'],
): Promise<OnnxSession> {
  await assertFile(path)
  const session = await create(path, device, threads, warn)
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

/** The library reports such a path at length, or as an error of its own use. */
async function assertFile(path: string): Promise<void> {
  const info = await stat(path).catch((error) => {
    if (systemCodeOf(error) === 'ENOENT') throw new Error('there is no such file', { cause: error })
    throw error
  })
  if (!info.isFile()) throw new Error('it is a folder: give the ONNX file in it')
}

async function create(
  path: string,
  device: Device,
  threads: number,
  warn: LoadContext['warn'],
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
      warn(`The GPU can't be used (${messageOf(error)}); it runs on the CPU.`)
    }
  }
  const problem = cudaProblem(device)
  if (problem !== undefined) warn(problem)
  return runtime.InferenceSession.create(path, { ...options, executionProviders: ['cpu'] })
}

function toPort(metadata: InferenceSession.ValueMetadata): Port {
  if (!metadata.isTensor) return { name: metadata.name, type: 'not a tensor', shape: [] }
  const shape = metadata.shape.map((size) => (typeof size === 'number' && size > 0 ? size : undefined))
  return { name: metadata.name, type: metadata.type, shape }
}
