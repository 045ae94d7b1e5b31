import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Kysely } from 'kysely'
import { ROLES, type Role } from '../contract/roles.ts'
import type { AccountTables } from '../database/schema.ts'
import { DomainError } from '../errors.ts'

/** A user for whom a program acts. */
export interface KeyOwner {
  id: string
  email: string
  role: Role
}

/** A key with which a program acts for its owner. */
export interface ApiKey {
  id: string
  name: string
  /** The key never has more rights than its owner has at the time of a request. */
  role: Role
  createdAt: string
  /** Accurate to an hour; undefined for a key that has not been used. */
  usedAt: string | undefined
}

export interface ApiKeys {
  /** Keys of a user, the newest first. */
  list(userId: string): Promise<ApiKey[]>
  /**
   * @returns the key and its token, which cannot be read again
   * @throws {DomainError} `forbidden` if the role is above that of the owner; `conflict` if the owner has too many keys
   */
  create(owner: Pick<KeyOwner, 'id' | 'role'>, key: Pick<ApiKey, 'name' | 'role'>): Promise<CreatedApiKey>
  /** @throws {DomainError} `not_found` if the user has no such key */
  revoke(userId: string, id: string): Promise<void>
  /** @returns the owner with the role of the request; undefined for a key that is wrong or revoked */
  authenticate(token: string): Promise<KeyOwner | undefined>
}

export interface CreatedApiKey extends ApiKey {
  token: string
}

/** Maximum length of the name of a key, in characters. */
export const MAX_KEY_NAME = 100

/** Marks a key as such, for people and for programs that look for secrets in files. */
const PREFIX = 'sketchsearch'
const ID_BYTES = 8
const SECRET_BYTES = 32

/** Whether a bearer token is meant as a key, right or wrong. Proxies with a sign-in of their own send other tokens. */
export function isApiKey(token: string): boolean {
  return token.startsWith(`${PREFIX}_`)
}

const TOKEN = new RegExp(`^${PREFIX}_([0-9a-f]{${2 * ID_BYTES}})_([A-Za-z0-9_-]{43})$`)
const MAX_KEYS = 50
/** The time of the last use is written at most this often. */
const USE_INTERVAL_MS = 3_600_000

export function createApiKeys(database: Kysely<AccountTables>): ApiKeys {
  return {
    async list(userId) {
      const rows = await database
        .selectFrom('api_keys')
        .selectAll()
        .where('user_id', '=', userId)
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .execute()
      return rows.map(toApiKey)
    },

    async create(owner, { name, role }) {
      if (lowerRole(role, owner.role) !== role)
        throw new DomainError('forbidden', `A key of this user can have the role ${owner.role} at most.`)
      const { count } = await database
        .selectFrom('api_keys')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('user_id', '=', owner.id)
        .executeTakeFirstOrThrow()
      if (Number(count) >= MAX_KEYS)
        throw new DomainError('conflict', `A user can have ${MAX_KEYS} keys: revoke one of them first.`)
      const id = randomBytes(ID_BYTES).toString('hex')
      const secret = randomBytes(SECRET_BYTES).toString('base64url')
      const row = {
        id,
        user_id: owner.id,
        name,
        role,
        secret_hash: hashOf(secret).toString('base64url'),
        created_at: new Date().toISOString(),
        used_at: null,
      }
      await database.insertInto('api_keys').values(row).execute()
      return { ...toApiKey(row), token: `${PREFIX}_${id}_${secret}` }
    },

    async revoke(userId, id) {
      const { numDeletedRows } = await database
        .deleteFrom('api_keys')
        .where('id', '=', id)
        .where('user_id', '=', userId)
        .executeTakeFirstOrThrow()
      if (numDeletedRows === 0n) throw new DomainError('not_found', 'There is no such key.')
    },

    async authenticate(token) {
      const [, id, secret] = TOKEN.exec(token) ?? []
      if (id === undefined || secret === undefined) return undefined
      const row = await database
        .selectFrom('api_keys')
        .innerJoin('users', 'users.id', 'api_keys.user_id')
        .select(['secret_hash', 'used_at', 'api_keys.role as role', 'users.role as ownerRole'])
        .select(['users.id as userId', 'users.email as email'])
        .where('api_keys.id', '=', id)
        .executeTakeFirst()
      // The time of the comparison does not depend on how many characters are right.
      if (row === undefined || !timingSafeEqual(hashOf(secret), Buffer.from(row.secret_hash, 'base64url')))
        return undefined
      await noteUse(database, id, row.used_at)
      return { id: row.userId, email: row.email, role: lowerRole(row.role as Role, row.ownerRole as Role) }
    },
  }
}

async function noteUse(database: Kysely<AccountTables>, id: string, usedAt: string | null): Promise<void> {
  if (usedAt !== null && Date.now() - Date.parse(usedAt) < USE_INTERVAL_MS) return
  await database
    .updateTable('api_keys')
    .set({ used_at: new Date().toISOString() })
    .where('id', '=', id)
    .execute()
}

function toApiKey(row: AccountTables['api_keys']): ApiKey {
  return {
    id: row.id,
    name: row.name,
    role: row.role as Role,
    createdAt: row.created_at,
    usedAt: row.used_at ?? undefined,
  }
}

function lowerRole(a: Role, b: Role): Role {
  return ROLES.indexOf(a) < ROLES.indexOf(b) ? a : b
}

/** A fast hash is enough, because nobody can guess 256 random bits. */
function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
