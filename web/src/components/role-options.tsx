import type { Role } from '../../../server/src/contract/roles.ts'
import { viewMessages } from '../messages/view-messages.ts'

/** Roles as the options of a select. */
export function RoleOptions({ roles }: { roles: readonly Role[] }) {
  return roles.map((role) => (
    <option key={role} value={role}>
      {viewMessages.users.roles[role]}
    </option>
  ))
}
