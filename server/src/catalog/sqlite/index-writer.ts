/** The thread that writes the file of a large index. It ends when the file is written. */
import { setPriority } from 'node:os'
import { workerData } from 'node:worker_threads'
import { type IndexCopyOptions, writeIndexCopy } from './index-copy.ts'

const NICENESS = 10

// On Linux this concerns the calling thread alone: searches and indexing come first.
if (process.platform === 'linux') setPriority(NICENESS)
await writeIndexCopy(workerData as IndexCopyOptions)
