import type { ColumnType, Generated, Kysely } from 'kysely'

/** Tables of the catalog, the same in every database. Times are in milliseconds since 1970. */
export interface Tables {
  embedders: {
    id: Generated<number>
    name: string
    /** Distinguishes models that had this name at different times. */
    fingerprint: string
    dimensions: number
    /** `image` for embedders; otherwise the name of a further space of vectors. */
    space: Generated<string>
    /** Time at which it was last activated. */
    chosen_at: number
  }
  images: {
    id: string
    path: string
    directory: string
    name: string
    /** For searching and sorting: NFC, lower case. */
    folded_name: string
    /** For sorting: numbers in names by their value. */
    name_key: string
    bytes: number
    width: number
    height: number
    content_type: string
    created_at: number
    modified_at: number
    inode: string
    content_hash: string
    /** Version of the attributes that the columns below and width, height and content type were read for. */
    attributes_version: Generated<number>
    /** Base64. */
    thumbhash: string | null
    captured_at: number | null
    captured_offset: number | null
    camera: string | null
    lens: string | null
    exposure_time: number | null
    f_number: number | null
    iso: number | null
    focal_length: number | null
    orientation: number | null
    latitude: number | null
    longitude: number | null
    title: string | null
    caption: string | null
    /** One in a line. */
    keywords: string | null
    rating: number | null
    /** Bits of one colour of a pixel. */
    bit_depth: number | null
    /** For searching: title, caption and keywords, NFC, lower case. */
    search_text: string | null
    /** The time of capture or, without one, of modification. */
    taken_at: number
    /** Year and month of `taken_at` as one number: 202605. */
    taken_month: number
    /** Describes damage of the file. */
    note: string | null
    /** Time of the last change of anything about the file; null until it is examined after an upgrade. */
    changed_at: number | null
    /** The lowest level of folding at which another image stands for it: 0 twins, 1 other copies, 2 shots, 3 bursts; null without one. */
    fold_level: Generated<number | null>
    /** Version of the XMP file beside it, as it was read; null if there was none. */
    sidecar: Generated<string | null>
  }
  vectors: {
    /** Never reused, because it is a key of the vector index. */
    id: Generated<number>
    embedder_id: number
    content_hash: string
    /** float16, little-endian, unit length. */
    data: ColumnType<Uint8Array, Uint8Array, never>
  }
  failures: {
    path: string
    directory: string
    bytes: number
    modified_at: number
    inode: string
    content_hash: string | null
    code: string
    reason: string
    failed_at: number
    /** The embedder that failed on the file; null if the file itself is unreadable. */
    embedder_id: number | null
    changed_at: number | null
    /** The image that the file was before it failed: its next version gets this id, and with it its collections. */
    image_id: string | null
  }
  /** Deleted images that can be restored. */
  trash: {
    id: string
    content_hash: string
    deleted_at: number
    place: 'gallery' | 'data'
    file: string
    /** The row of `images`, as JSON. */
    image: string
  }
  /** Named sets of images. In the embedded database they have a file of their own. */
  collections: {
    id: string
    kind: 'images' | 'search' | 'stars'
    /** Empty: made without sign-in. */
    owner_id: string
    name: string
    /** For searching and sorting: NFC, lower case. */
    folded_name: string
    is_shared: number
    /** JSON of a search; null for a fixed set of images. */
    search: string | null
    created_at: number
    modified_at: number
  }
  /** Content and path find an image again whose id has changed, after its catalog was built again. */
  collection_images: {
    collection_id: string
    image_id: string
    content_hash: string
    path: string
    added_at: number
  }
  /** Folders at which other drives were mounted. If a drive is absent, its files are kept. */
  mount_points: {
    directory: string
  }
  /** Files without a row in the other tables, because a rule leaves them out; see `LeftOutRow`. */
  left_out: {
    directory: string
    path: string
    rule: string
    files: number
    example: string
    is_folder: number
    reason: string | null
  }
}

/** Tables through which servers on one database communicate. */
export interface SharedTables {
  events: {
    id: Generated<number>
    name: string
    /** JSON. */
    data: string
  }
  /** One row: the status that the process which watches the folder publishes. */
  watch: {
    id: number
    /** JSON. */
    state: string
    told_at: Date
    folders_version: number
  }
  /** All folders of the gallery, including those without images. */
  folders: {
    directory: string
    created_at: number
    modified_at: number
  }
  kept_queries: {
    id: string
    kind: string
    /** JSON. */
    sketch: string
    picture: Uint8Array
    kept_at: Generated<Date>
  }
  secrets: {
    name: string
    value: string
  }
}

export type SharedDatabase = Kysely<SharedTables>

/** Users and sessions. Unlike the catalog they can't be rebuilt. */
export interface AccountTables {
  users: {
    id: string
    /** Lower case. */
    email: string
    email_verified: number
    name: string
    image: string | null
    role: string
    /** ISO 8601 in UTC, like all times of accounts. */
    created_at: string
    updated_at: string
  }
  sessions: {
    id: string
    /** SHA-256 of the token in the browser's cookie. */
    token: string
    user_id: string
    expires_at: string
    ip_address: string | null
    user_agent: string | null
    created_at: string
    updated_at: string
  }
  api_keys: {
    id: string
    user_id: string
    name: string
    role: string
    /** SHA-256 of the secret part of the key, base64url. */
    secret_hash: string
    created_at: string
    used_at: string | null
  }
  /** Users whose private data is deleted. The data of an id that is in neither table stays: the accounts may be lost or incomplete. */
  removed_users: {
    id: string
  }
  /** Hashes of codes that were sent and not used yet, with the number of attempts. */
  challenges: {
    id: string
    identifier: string
    value: string
    expires_at: string
    created_at: string
    updated_at: string
  }
}
