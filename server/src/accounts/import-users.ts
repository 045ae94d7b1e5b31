import { ROLES } from '../contract/roles.ts'
import { parseEmail } from '../contract/sign-in.ts'
import type { ReferenceUser } from '../database/postgres/reference.ts'
import type { Role, User, Users } from './accounts.ts'

export interface UsersImport {
  added: number
  /** Users who existed before. */
  present: number
  /** Messages about addresses that were merged, and about text that is no address. */
  notes: string[]
}

/** Copies users with their ids. If two addresses differ only in case, the higher role wins. */
export async function importUsers(found: readonly ReferenceUser[], users: Users): Promise<UsersImport> {
  const result: UsersImport = { added: 0, present: 0, notes: [] }
  const merged = new Map<string, User & { written: string }>()
  for (const { id, email: written, role } of found) {
    const email = parseEmail(written)
    if (email === undefined) {
      result.notes.push(`${JSON.stringify(written)} is no e-mail address: this user is left out.`)
      continue
    }
    const other = merged.get(email)
    if (other !== undefined)
      result.notes.push(
        `${JSON.stringify(other.written)} and ${JSON.stringify(written)} are one user, with the higher role.`,
      )
    if (other === undefined || ROLES.indexOf(role) > ROLES.indexOf(other.role))
      merged.set(email, { id, email, role, written })
  }
  // Admins first, so that there is one at any time.
  for (const { id, email, role } of [...merged.values()].sort(byRole)) {
    if ((await users.getByEmail(email)) !== undefined) result.present++
    else {
      await users.add(email, role, id)
      result.added++
    }
  }
  return result
}

function byRole(a: { role: Role }, b: { role: Role }): number {
  return ROLES.indexOf(b.role) - ROLES.indexOf(a.role)
}
