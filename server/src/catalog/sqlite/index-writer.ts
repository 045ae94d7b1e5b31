/** The thread that writes the file of a large index. It ends when the file is written. */
import { workerData } from 'node:worker_threads'
import { lowerThreadPriority } from '../../threads.ts'
import { type IndexCopyOptions, writeIndexCopy } from './index-copy.ts'

lowerThreadPriority()
await writeIndexCopy(workerData as IndexCopyOptions)
