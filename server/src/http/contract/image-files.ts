import { z } from '@hono/zod-openapi'
import { defineRoute, fileResponses, rangeResponses } from '../../contract/routes.ts'
import { imageParameter, renditionSizeSchema } from '../schemas.ts'

/** Routes that send the pixels of an image. */
export const imageFileContract = {
  thumbnail: defineRoute('user', {
    method: 'get',
    path: '/api/images/{image_id}/thumbnail',
    summary: 'The thumbnail, or a larger version, as WebP',
    request: { params: imageParameter, query: z.object({ size: renditionSizeSchema }) },
    responses: fileResponses('The picture; a JPEG if `Accept` excludes WebP.', 'image/webp', 'image/jpeg'),
  }),
  view: defineRoute('user', {
    method: 'get',
    path: '/api/images/{image_id}/view',
    summary: 'The original file',
    request: { params: imageParameter },
    responses: rangeResponses('Its bytes.', 'image/*'),
  }),
  preview: defineRoute('user', {
    method: 'get',
    path: '/api/images/{image_id}/preview',
    summary: 'A version that every browser shows, at most 2048 pixels a side',
    request: { params: imageParameter },
    responses: fileResponses('The picture.', 'image/webp', 'image/*'),
  }),
}
