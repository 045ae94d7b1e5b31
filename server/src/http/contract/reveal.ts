import { z } from '@hono/zod-openapi'
import { defineRoute, json } from '../../contract/routes.ts'
import { imageParameter } from '../schemas.ts'

export const revealContract = {
  reveal: defineRoute('user', {
    method: 'post',
    path: '/api/images/{image_id}/reveal',
    summary: 'Show the file in the file manager of the machine that runs the server',
    description:
      'Only for clients on the same machine, without sign-in, and if `open_in_file_manager` is on; otherwise `forbidden`.',
    request: { params: imageParameter },
    responses: {
      200: {
        description: 'The file manager has been started.',
        ...json(z.object({ status: z.literal('success') })),
      },
    },
  }),
}
