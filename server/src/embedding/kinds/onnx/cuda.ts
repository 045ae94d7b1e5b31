import { existsSync, globSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** ONNX Runtime lists CUDA wherever it is possible; only the file of its provider shows whether it was downloaded. */
export function hasCudaProvider(): boolean {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))
  const folders = globSync(`bin/*/${process.platform}/${process.arch}`, { cwd: root })
  return folders.some((folder) => existsSync(join(root, folder, 'libonnxruntime_providers_cuda.so')))
}
