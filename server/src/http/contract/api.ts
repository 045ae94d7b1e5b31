import { emailCodeContract } from '../../contract/sign-in.ts'
import { collectionContract } from './collections.ts'
import { duplicateContract } from './duplicates.ts'
import { eventContract } from './events.ts'
import { exportContract } from './export.ts'
import { folderContract } from './folders.ts'
import { galleryFileContract } from './gallery-file.ts'
import { healthContract } from './health.ts'
import { imageFileContract } from './image-files.ts'
import { imageContract } from './images.ts'
import { indexAccountContract } from './index-account.ts'
import { indexStatusContract } from './index-status.ts'
import { keyContract } from './keys.ts'
import { matchContract } from './match.ts'
import { revealContract } from './reveal.ts'
import { savedQueryContract } from './saved-queries.ts'
import { searchContract } from './search.ts'
import { sessionContract } from './session.ts'
import { starContract } from './stars.ts'
import { timelineContract } from './timeline.ts'
import { trashContract } from './trash.ts'
import { userContract } from './users.ts'
import { wordContract } from './words.ts'

/**
 * The routes of every server, in the order of the published document. Duplicates come before single images, whose
 * `{image_id}` would match their path.
 */
export const API = {
  health: healthContract,
  search: searchContract,
  duplicates: duplicateContract,
  images: imageContract,
  imageFiles: imageFileContract,
  match: matchContract,
  timeline: timelineContract,
  collections: collectionContract,
  stars: starContract,
  export: exportContract,
  reveal: revealContract,
  trash: trashContract,
  savedQueries: savedQueryContract,
  words: wordContract,
  folders: folderContract,
  galleryFile: galleryFileContract,
  events: eventContract,
  indexStatus: indexStatusContract,
  indexAccount: indexAccountContract,
  session: sessionContract,
}

/** The routes that a server has where people sign in. */
export const SIGN_IN_API = { emailCode: emailCodeContract, users: userContract, keys: keyContract }
