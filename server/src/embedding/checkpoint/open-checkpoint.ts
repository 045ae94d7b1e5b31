import { extname } from 'node:path'
import { DomainError, messageOf, systemCodeOf } from '../../errors.ts'
import { openSafetensors } from './safetensors.ts'
import { type OpenCheckpoint, openTorchCheckpoint } from './torch-checkpoint.ts'

export type { OpenCheckpoint } from './torch-checkpoint.ts'

/**
 * Opens a file of weights: `.safetensors`, or the output of `torch.save` under any name. Prefixes that wrappers leave in the
 * names (`torch.compile`, DistributedDataParallel) are removed.
 * @throws {DomainError} `embedder_unavailable` with the file and its problem
 */
export async function openCheckpoint(path: string): Promise<OpenCheckpoint> {
  try {
    const isSafetensors = extname(path).toLowerCase() === '.safetensors'
    const { tensors, close } = await (isSafetensors ? openSafetensors(path) : openTorchCheckpoint(path))
    if (tensors.size === 0) throw new Error('it holds no weights')
    return { tensors: new Map([...tensors].map(([name, tensor]) => [withoutWrappers(name), tensor])), close }
  } catch (error) {
    const reason = systemCodeOf(error) === 'ENOENT' ? 'there is no such file' : messageOf(error)
    throw new DomainError('embedder_unavailable', `The checkpoint ${path} can't be read: ${reason}.`, {
      cause: error,
    })
  }
}

function withoutWrappers(name: string): string {
  return name.replace(/^(?:_orig_mod\.|module\.)+/, '')
}
