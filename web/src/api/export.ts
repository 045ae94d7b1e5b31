import type { Filters, OrderBy } from './client.ts'
import { type ApiError, responseError } from './errors.ts'
import { noted } from './request.ts'
import { parseJson, serverUrl } from './server-url.ts'

export const EXPORT_FORMATS = ['zip', 'zip-small', 'pdf', 'csv', 'html', 'json', 'paths', 'xmp'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** The pictures of a file: some of them, those that pass filters, or those that a search finds. */
export type ExportSource = { title?: string } & (
  | { image_ids: readonly string[] }
  | { query: Filters & { order_by: OrderBy; direction: 'ascending' | 'descending' } }
  | { search: object }
)

/** How files lie in an archive: in the folders of the gallery, or all beside each other. */
export type ExportLayout = 'folders' | 'flat'

const FRAME = 'export'
const INTERNAL_ERROR = 500

/**
 * Saves images as a file of a format. A form requests it, so that the browser writes the file to the disk while it arrives: an
 * archive may have any size.
 * @param onError called if the answer is not a file; the page stays. undefined if the answer is not from the server
 */
export function exportImages(
  { format, layout }: { format: ExportFormat; layout: ExportLayout },
  source: ExportSource,
  onError: (error: ApiError | undefined) => void,
): void {
  const form = document.createElement('form')
  form.method = 'POST'
  form.enctype = 'multipart/form-data'
  form.action = serverUrl('/api/export')
  form.target = FRAME
  const field = document.createElement('input')
  field.type = 'hidden'
  field.name = 'export_json'
  field.value = JSON.stringify({ format, layout, ...source })
  form.append(field)
  const frame = document.querySelector<HTMLIFrameElement>(`iframe[name=${FRAME}]`) ?? hiddenFrame()
  document.body.append(form)
  // A saved file does not change the frame; only an error is loaded into it.
  frame.onload = () => {
    if (frame.contentDocument?.URL !== 'about:blank') void failureIn(frame).then(onError)
  }
  form.submit()
  form.remove()
}

/** The status of the response is not known here; its code is enough. */
async function failureIn({ contentDocument }: HTMLIFrameElement): Promise<ApiError | undefined> {
  const body = parseJson(contentDocument?.body?.textContent ?? '')
  return body === undefined ? undefined : noted(responseError(body, INTERNAL_ERROR))
}

function hiddenFrame(): HTMLIFrameElement {
  const frame = document.createElement('iframe')
  frame.name = FRAME
  frame.hidden = true
  document.body.append(frame)
  return frame
}
