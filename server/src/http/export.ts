import { create as attachment } from 'content-disposition'
import type { Handlers } from '../contract/routes.ts'
import { type ExportRequest, type exportContract, exportRequestSchema } from './contract/export.ts'
import type { Exporter } from './export-request.ts'
import { parseJsonField } from './input/json.ts'
import { ownerOf } from './requests.ts'

export interface ExportHandlersOptions {
  exporter: Exporter
  log: { error(error: unknown, message: string): void }
}

export function exportHandlers({ exporter, log }: ExportHandlersOptions): Handlers<typeof exportContract> {
  return {
    async export(context) {
      const request = readRequest(context.req.valid('form') ?? context.req.valid('json'))
      const { signal } = context.req.raw
      const { contentType, fileName, body } = await exporter(ownerOf(context), request, { signal })
      const headers = {
        'Content-Type': contentType,
        'Content-Disposition': attachment(fileName),
        'Content-Security-Policy': "default-src 'none'; sandbox",
      }
      const onError = (error: unknown) => log.error(error, `Export of ${fileName} failed`)
      return new Response(toStream(body, onError), { headers })
    },
  }
}

/** @param input the request as JSON, or a form with the same JSON in a field */
function readRequest(input: ExportRequest | { export_json: string }): ExportRequest {
  if (!('export_json' in input)) return input
  return parseJsonField(exportRequestSchema, input.export_json, 'export_json')
}

/** A stream that requests the next part when the one before has been sent. */
function toStream(
  parts: AsyncIterable<Uint8Array>,
  onError: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const iterator = parts[Symbol.asyncIterator]()
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await iterator.next()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          onError(error)
          controller.error(error)
        }
      },
      async cancel() {
        await iterator.return?.()
      },
    },
    { highWaterMark: 1 },
  )
}
