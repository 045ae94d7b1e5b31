import { randomUUID } from 'node:crypto'
import { domainToASCII, domainToUnicode } from 'node:url'
import { type Kysely, sql } from 'kysely'
import type { Role } from '../contract/roles.ts'
import type { AccountTables } from '../database/schema.ts'
import { DomainError } from '../errors.ts'
import type { ApiKeys } from './api-keys.ts'

export { ROLES, type Role } from '../contract/roles.ts'

export interface User {
  id: string
  /** Lower case. */
  email: string
  role: Role
}

interface UserFilter {
  /** Part of the address; no character has a special meaning. */
  email?: string | undefined
  role?: Role | undefined
}

/** Users who may sign in. If there are any, at least one of them is an admin. */
export interface Users {
  list(filter: UserFilter, page: { offset: number; limit: number }): Promise<{ users: User[]; total: number }>
  get(id: string): Promise<User | undefined>
  getByEmail(email: string): Promise<User | undefined>
  /**
   * @param id random if absent
   * @throws {DomainError} `user_exists`
   */
  add(email: string, role: Role, id?: string): Promise<User>
  /** Adds all users or, if that fails, none. Those whose id or address exists are left unchanged. @returns the number of added users */
  addMissing(users: readonly User[]): Promise<number>
  /**
   * Changes address, role or both, and ends the sessions of this user if anything is different.
   * @throws {DomainError} `user_not_found`, `user_exists`, `last_admin`
   */
  update(id: string, change: { email?: string | undefined; role?: Role | undefined }): Promise<User>
  /** Removes a user with its sessions and API keys. An unknown id is no error. @throws {DomainError} `last_admin` */
  remove(id: string): Promise<void>
  /** Returns the ids of all users that were removed and not added again. */
  removedIds(): Promise<string[]>
}

export type AccountsDatabase = Kysely<AccountTables>

/** Users and sessions. */
export interface Accounts {
  users: Users
  keys: ApiKeys
  database: AccountsDatabase
  /** Runs work while no other process runs work with the same key. Without other processes there is no lock. */
  exclusively<T>(key: string, work: () => Promise<T>): Promise<T>
  /**
   * Runs work on `database`. It may run again after a conflict with another transaction.
   * @throws {DomainError} `unavailable` if the database server cannot be reached
   */
  run<T>(work: () => Promise<T>): Promise<T>
  /** Where processes count requests together for rate limits; undefined if there is one process. */
  limitsStore: LimitsStore | undefined
  close(): Promise<void>
}

/** A pool of connections and the name of a table, for a library that counts in it. */
export interface LimitsStore {
  pool: unknown
  table: string
}

export function createUsers(database: AccountsDatabase): Users {
  return new StoredUsers(database)
}

class StoredUsers implements Users {
  readonly #database: AccountsDatabase
  readonly #select = () => this.#database.selectFrom('users').select(['id', 'email', 'role']).$castTo<User>()
  readonly #matching = ({ email, role }: UserFilter) =>
    this.#select()
      .$if(email !== undefined, (query) => query.where(containing(email!)))
      .$if(role !== undefined, (query) => query.where('role', '=', role!))

  constructor(database: AccountsDatabase) {
    this.#database = database
  }

  async list(
    filter: UserFilter,
    { offset, limit }: { offset: number; limit: number },
  ): Promise<{ users: User[]; total: number }> {
    const { total } = await this.#matching(filter)
      .clearSelect()
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow()
    const users = await this.#matching(filter).orderBy('email').limit(limit).offset(offset).execute()
    return { users, total: Number(total) }
  }

  readonly get = (id: string) => this.#select().where('id', '=', id).executeTakeFirst()

  readonly getByEmail = (email: string) =>
    this.#select().where('email', 'in', spellingsOf(email)).executeTakeFirst()

  async add(email: string, role: Role, id: string = randomUUID()): Promise<User> {
    const user = { id, email: email.toLowerCase(), role }
    if (await insertMissing(this.#database, user)) return user
    const owner = await this.getByEmail(email)
    throw owner === undefined
      ? new DomainError('user_exists', 'User with this id already exists')
      : emailTaken()
  }

  async addMissing(users: readonly User[]): Promise<number> {
    return this.#database.transaction().execute(async (transaction) => {
      let added = 0
      for (const user of users) if (await insertMissing(transaction, user)) added++
      return added
    })
  }

  async update(id: string, change: { email?: string | undefined; role?: Role | undefined }): Promise<User> {
    const before = await this.#select().where('id', '=', id).executeTakeFirst()
    if (before === undefined) throw new DomainError('user_not_found', 'User not found')
    const role = change.role === before.role ? undefined : change.role
    const address = change.email?.toLowerCase()
    const email = address === before.email ? undefined : address
    if (email === undefined && role === undefined) return before
    const owner = email === undefined ? undefined : await this.getByEmail(email)
    if (owner !== undefined && owner.id !== id) throw emailTaken()
    const changed = await this.#changing().execute(async (transaction) => {
      // Another request may change the other column at the same time.
      const row = await transaction
        .updateTable('users')
        .set({ ...(email && { email }), ...(role && { role }), updated_at: new Date().toISOString() })
        .where('id', '=', id)
        .$if(role !== undefined && role !== 'admin', (query) => query.where(isNotLastAdmin))
        .returning(['id', 'email', 'role'])
        .$castTo<User>()
        .executeTakeFirst()
      if (row !== undefined) await transaction.deleteFrom('sessions').where('user_id', '=', id).execute()
      return row
    })
    if (changed !== undefined) return changed
    throw (await this.#lastAdmin(id)) ?? new DomainError('user_not_found', 'User not found')
  }

  async remove(id: string): Promise<void> {
    const removed = await this.#changing().execute(async (transaction) => {
      const { numDeletedRows } = await transaction
        .deleteFrom('users')
        .where('id', '=', id)
        .where(isNotLastAdmin)
        .executeTakeFirstOrThrow()
      if (numDeletedRows === 0n) return false
      await transaction.deleteFrom('sessions').where('user_id', '=', id).execute()
      await transaction.deleteFrom('api_keys').where('user_id', '=', id).execute()
      await transaction
        .insertInto('removed_users')
        .values({ id })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      return true
    })
    const refusal = removed ? undefined : await this.#lastAdmin(id)
    if (refusal !== undefined) throw refusal
  }

  async removedIds(): Promise<string[]> {
    const rows = await this.#database
      .selectFrom('removed_users')
      .select('id')
      .where('id', 'not in', (eb) => eb.selectFrom('users').select('users.id'))
      .execute()
    return rows.map(({ id }) => id)
  }

  /** Serializable, because two admins who remove each other at the same time must not both succeed. */
  #changing() {
    return this.#database.transaction().setIsolationLevel('serializable')
  }

  /** @returns the reason why a user that is still there was neither demoted nor removed */
  async #lastAdmin(id: string): Promise<DomainError | undefined> {
    const user = await this.#select().where('id', '=', id).executeTakeFirst()
    if (user === undefined) return undefined
    return new DomainError(
      'last_admin',
      `${JSON.stringify(user.email)} is the last admin: give another user this role first.`,
    )
  }
}

/** @returns whether the user was added, because neither id nor address existed */
async function insertMissing(database: AccountsDatabase, { id, email, role }: User): Promise<boolean> {
  const owner = await database
    .selectFrom('users')
    .select('id')
    .where('email', 'in', spellingsOf(email))
    .executeTakeFirst()
  if (owner !== undefined) return false
  const now = new Date().toISOString()
  const { numInsertedOrUpdatedRows: added } = await database
    .insertInto('users')
    .values({
      id,
      email: email.toLowerCase(),
      role,
      email_verified: 1,
      name: '',
      image: null,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return added === 1n
}

const isNotLastAdmin = sql<boolean>`(role <> 'admin' or (select count(*) from users as others where others.role = 'admin') > 1)`

/** Former versions stored an international domain as it was typed. */
export function spellingsOf(email: string): string[] {
  const address = email.toLowerCase()
  const domain = address.slice(address.lastIndexOf('@') + 1)
  const inFront = address.slice(0, -domain.length)
  return [address, inFront + domainToUnicode(domain), inFront + domainToASCII(domain)]
}

function containing(part: string) {
  const escaped = part.toLowerCase().replaceAll(/[\\%_]/g, String.raw`\$&`)
  return sql<boolean>`email like ${`%${escaped}%`} escape '\\'`
}

function emailTaken(): DomainError {
  return new DomainError('user_exists', 'User with this email already exists')
}
