import { messages } from '../messages/messages.ts'
import { parseJson, serverUrl } from './server-url.ts'

export const EXPORT_FORMATS = ['zip', 'zip-small', 'pdf', 'csv', 'html', 'json', 'paths', 'xmp'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

const FRAME = 'export'

/**
 * Has the browser save images as a file of a format. A form is sent, so that the browser writes what arrives to the disk: an archive of
 * any size has room. Only an error is shown in the hidden frame, which leaves the page where it is.
 */
export function exportImages(
  format: ExportFormat,
  image_ids: readonly string[],
  onFailed: (reason: string) => void,
): void {
  const form = document.createElement('form')
  form.method = 'POST'
  form.enctype = 'multipart/form-data'
  form.action = serverUrl('/api/export')
  form.target = FRAME
  const field = document.createElement('input')
  field.type = 'hidden'
  field.name = 'export_json'
  field.value = JSON.stringify({ format, image_ids })
  form.append(field)
  const frame =
    document.querySelector<HTMLIFrameElement>(`iframe[name=${FRAME}]`) ?? document.createElement('iframe')
  frame.name = FRAME
  frame.hidden = true
  document.body.append(frame, form)
  frame.onload = () => {
    const text = textIn(frame)
    if (text !== BLANK) onFailed(reasonIn(text))
  }
  form.submit()
  form.remove()
}

const BLANK = Symbol('blank')

/** @returns undefined for an answer of another origin, such as the browser's page about a lost connection */
function textIn(frame: HTMLIFrameElement): string | undefined | typeof BLANK {
  const shown = frame.contentDocument
  return shown?.URL === 'about:blank' ? BLANK : (shown?.body.textContent ?? undefined)
}

function reasonIn(text: string | undefined): string {
  const answer = text === undefined ? undefined : parseJson(text)
  const reason: unknown = typeof answer === 'object' && answer !== null && Reflect.get(answer, 'error')
  return typeof reason === 'string' ? reason : messages.app.failed
}
