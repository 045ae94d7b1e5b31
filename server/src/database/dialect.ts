import type { Expression, Kysely, RawBuilder, SqlBool, Transaction } from 'kysely'
import type { Tables } from './schema.ts'

export type Connection = Kysely<Tables> | Transaction<Tables>

/** Expressions that databases write differently. */
export interface SqlDialect {
  /** Returns a list of any length as one parameter, for `in`. */
  texts(values: readonly string[]): RawBuilder<never>
  numbers(values: readonly number[]): RawBuilder<never>
  /** Whether a column contains a text; no character has a special meaning. */
  contains(column: Expression<string>, text: string): Expression<SqlBool>
  /** A value of the object in a column of JSON texts, as a text. */
  jsonText(column: Expression<string>, key: string): RawBuilder<string>
  /** A name up to and including its last dot; empty if it has none. */
  stem(name: Expression<string>): RawBuilder<string>
  /**
   * Whether an index alone answers a condition only if the condition is one range. A range around several ones also contains what lies
   * between them, so that the planner needs statistics to choose.
   */
  needsOneRange: boolean
  /** Waits until no other transaction changes images that stand for others, and keeps others waiting until the end of this one. */
  lockFolding(transaction: Connection): Promise<void>
}

/** A database, or a transaction in it, with its dialect. */
export interface SqlDatabase<C extends Connection = Connection> {
  database: C
  dialect: SqlDialect
}
