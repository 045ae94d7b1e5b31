import type { Transaction } from 'kysely'
import type { Tables } from '../../database/schema.ts'
import type { FurtherSpaceName } from '../catalog.ts'
import type { SqlContext } from './context.ts'

const SPACES: readonly FurtherSpaceName[] = ['colours', 'windows']

/** Inserts the colours and windows of contents, if their spaces have been activated. */
export async function insertFurther(
  { vectors, space }: Pick<SqlContext, 'vectors' | 'space'>,
  transaction: Transaction<Tables>,
  contents: readonly ({ contentHash: string } & Partial<
    Record<FurtherSpaceName, Float32Array | undefined>
  >)[],
): Promise<void> {
  const { further } = space()
  for (const name of SPACES.filter((known) => further[known] !== undefined)) {
    const found = contents.flatMap(({ contentHash, [name]: vector }) =>
      vector === undefined ? [] : [[contentHash, vector] as const],
    )
    await vectors.insert(transaction, new Map(found), name)
  }
}
