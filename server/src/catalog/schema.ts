import type { ColumnType, Generated } from 'kysely'

/** The tables, the same in every database. Times in milliseconds since 1970. */
export interface Tables {
  embedders: {
    id: Generated<number>
    name: string
    /** Tells models apart that bore this name one after the other. */
    fingerprint: string
    dimensions: number
    /** When it was last chosen. */
    chosen_at: number
  }
  images: {
    id: string
    path: string
    directory: string
    name: string
    /** For search and order: NFC, lower case. */
    folded_name: string
    bytes: number
    width: number
    height: number
    content_type: string
    created_at: number
    modified_at: number
    inode: string
    content_hash: string
  }
  vectors: {
    /** Never used twice, so that it can be a key of the vector index. */
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
    /** The embedder that could do nothing with the file; null if the file itself is to blame. */
    embedder_id: number | null
  }
  /** Where other drives were mounted in the gallery: if one is away its files are not gone. */
  mount_points: {
    directory: string
  }
}

/** What servers on one database tell each other. */
export interface SharedTables {
  events: {
    id: Generated<number>
    name: string
    /** JSON. */
    data: string
  }
  /** One row: what the process that watches the folder says of it. */
  watch: {
    id: number
    /** JSON. */
    state: string
    told_at: Date
    folders_version: number
  }
  /** The folders of the gallery, also those without images. */
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

/** Who may sign in, and who is. They are derived from nothing, unlike the catalog, which can be made again. */
export interface AccountTables {
  users: {
    id: string
    /** Lower case. */
    email: string
    email_verified: number
    name: string
    image: string | null
    role: string
    /** ISO 8601, UTC, as all times of accounts. */
    created_at: string
    updated_at: string
  }
  sessions: {
    id: string
    /** SHA-256 of what the browser holds. */
    token: string
    user_id: string
    expires_at: string
    ip_address: string | null
    user_agent: string | null
    created_at: string
    updated_at: string
  }
  /** Codes that were sent and not used yet, hashed, with the number of tries. */
  challenges: {
    id: string
    identifier: string
    value: string
    expires_at: string
    created_at: string
    updated_at: string
  }
}
