import { defineRoute, json } from '../../contract/routes.ts'
import { watchedDirectorySchema } from '../schemas.ts'

export const folderContract = {
  tree: defineRoute('user', {
    method: 'get',
    path: '/api/fs/watched-directories',
    summary: 'The tree of folders',
    responses: { 200: { description: 'The root with its children.', ...json(watchedDirectorySchema) } },
  }),
}
