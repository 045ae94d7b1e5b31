import type { Context } from 'hono'

/** The media type of a request in lower case, without parameters. Empty if none is given. */
export function mediaType(context: Context): string {
  return (context.req.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
}

export function isMultipart(context: Context): boolean {
  return mediaType(context) === 'multipart/form-data'
}
