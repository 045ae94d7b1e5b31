import type { ErrorCode } from '../errors.ts'
import type { DecodedImage } from './decode.ts'
import type { ImageFile, ImageFileOptions, ImageFileRequest } from './image-file.ts'
import type { MetadataRequest, MetadataResult } from './read-metadata.ts'

export interface ReaderOptions extends ImageFileOptions {
  thumbnailDirectory: string
  thumbnailSize: [number, number]
}

/** Work of a decoder process. Files are read by the process; bytes are sent to it. */
export type DecoderJob =
  | { method: 'read'; request: ImageFileRequest }
  | { method: 'readMetadata'; request: MetadataRequest }
  | { method: 'decode'; bytes: Uint8Array; minSize: { width: number; height: number } }
  | { method: 'render'; bytes: Uint8Array; side: number }

export type DecoderResult = ImageFile | MetadataResult | DecodedImage | Uint8Array

export type ToDecoder =
  | { type: 'options'; options: ReaderOptions }
  | { type: 'job'; job: DecoderJob }
  /** Answers `wait`. */
  | { type: 'turn' }

export type FromDecoder =
  | { type: 'ready' }
  /** The disk has delivered the file. */
  | { type: 'loaded' }
  /** The job needs much memory and waits until no other one does. */
  | { type: 'wait' }
  | { type: 'done'; result: DecoderResult; residentBytes: number }
  | { type: 'failed'; code: ErrorCode | undefined; message: string; residentBytes: number }
