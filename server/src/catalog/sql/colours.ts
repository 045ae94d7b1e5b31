import type { Transaction } from 'kysely'
import type { Tables } from '../../database/schema.ts'
import type { SqlContext } from './context.ts'

/** Inserts the colours of contents, if the space of colours has been activated. */
export async function insertColours(
  { vectors, space }: Pick<SqlContext, 'vectors' | 'space'>,
  transaction: Transaction<Tables>,
  contents: readonly { contentHash: string; colours?: Float32Array | undefined }[],
): Promise<void> {
  if (space().further.colours === undefined) return
  const colours = contents.flatMap(({ contentHash, colours }) =>
    colours === undefined ? [] : [[contentHash, colours] as const],
  )
  await vectors.insert(transaction, new Map(colours), 'colours')
}
