import { existsSync, globSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Device } from '../../load-context.ts'

/** @returns why the device that was asked for can't be used, as a sentence */
export function cudaProblem(device: Device): string | undefined {
  if (device !== 'cuda' || hasCudaProvider()) return undefined
  return 'device: cuda was asked for, but the CUDA provider of ONNX Runtime is not installed (see docs/models.md); it runs on the CPU.'
}

/** ONNX Runtime lists CUDA wherever it is possible; only the file of its provider shows whether it was downloaded. */
export function hasCudaProvider(): boolean {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))
  const folders = globSync(`bin/*/${process.platform}/${process.arch}`, { cwd: root })
  return folders.some((folder) => existsSync(join(root, folder, 'libonnxruntime_providers_cuda.so')))
}
