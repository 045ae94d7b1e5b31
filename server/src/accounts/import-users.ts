import { parseEmail } from '../contract/email.ts'
import { ROLES } from '../contract/roles.ts'
import { counted } from '../counted.ts'
import type { ReferenceUser } from '../database/postgres/reference.ts'
import type { User, Users } from './accounts.ts'

export interface UsersImport {
  added: number
  /** Users whose address or id existed before. */
  present: number
  /** Messages about addresses that were merged, and about text that is no address. */
  notes: string[]
}

/** Copies users with their ids, all or none. If two addresses differ only in case, the higher role wins. */
export async function importUsers(found: readonly ReferenceUser[], users: Users): Promise<UsersImport> {
  const notes: string[] = []
  const merged = new Map<string, User & { written: string }>()
  for (const { id, email: written, role } of found) {
    const email = parseEmail(written)
    if (email === undefined) {
      notes.push(`${JSON.stringify(written)} is not an e-mail address: this user is left out.`)
      continue
    }
    const other = merged.get(email)
    if (other !== undefined)
      notes.push(
        `${JSON.stringify(other.written)} and ${JSON.stringify(written)} are one user, with the higher role.`,
      )
    if (other === undefined || ROLES.indexOf(role) > ROLES.indexOf(other.role))
      merged.set(email, { id, email, role, written })
  }
  const added = await users.addMissing([...merged.values()])
  return { added, present: merged.size - added, notes }
}

/** One line for people about an import. */
export function describeUsers({ added, present }: Pick<UsersImport, 'added' | 'present'>): string {
  const counts = `${counted(added, 'user')} imported, ${present} already existed.`
  return added > 0 ? `${counts} They have to sign in again.` : counts
}
