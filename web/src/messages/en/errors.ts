import type { ErrorCode } from '../../../../server/src/errors.ts'

/** Words for each code of an error. A function gets the sentence of the server, which is in English. */
export type ErrorWords = Readonly<Record<ErrorCode, string | ((sentence: string) => string)>>

/** The sentence of the server names details, such as a limit or a path. */
const detailed = (sentence: string) => sentence

export const errors: ErrorWords = {
  base_unavailable: 'This search is limited to a collection that has been deleted or is no longer shared.',
  blank_sketch: 'The sheet is empty.',
  challenge_gone: detailed,
  collection_not_found: 'This collection no longer exists.',
  config_invalid: 'The configuration of the server is not valid. Its log has the details.',
  conflict: detailed,
  cross_origin: 'The server refuses requests from pages of other addresses. Reload this page.',
  data_directory_in_use: 'Another process uses the data of this server. Its log has the details.',
  directory_not_found: detailed,
  embedder_failed: detailed,
  embedder_unavailable: 'The model does not work at the moment. Try again soon.',
  forbidden: 'Your role does not allow this.',
  gallery_unavailable: detailed,
  image_exists: detailed,
  image_not_found: detailed,
  image_too_large: detailed,
  image_unreadable: detailed,
  internal_error: 'Something went wrong in the server. Its log has the details.',
  invalid_path: detailed,
  invalid_request: detailed,
  last_admin: detailed,
  method_not_allowed: 'The server has a different version from this page. Reload this page.',
  not_found: 'The server has a different version from this page. Reload this page.',
  not_indexed: 'This picture has not been indexed yet. Try again in a moment.',
  not_signed_in: 'You are not signed in.',
  not_supported: detailed,
  permission_denied: detailed,
  query_not_found: detailed,
  request_too_large: detailed,
  storage_unavailable: detailed,
  too_many_requests: detailed,
  unavailable: 'The server can’t handle this request at the moment. Try again soon.',
  unknown_host: detailed,
  unknown_word: detailed,
  user_exists: detailed,
  user_not_found: 'This user no longer exists.',
  wrong_code: 'The code is not correct.',
}
