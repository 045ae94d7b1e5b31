import { createContext, use } from 'react'
import type { Role } from '../api/client.ts'

const RANKS: Role[] = ['user', 'editor', 'admin']

export const RoleContext = createContext<Role>('user')

/** Whether the user may do what a role may. */
export function useHasRole(role: Role): boolean {
  return RANKS.indexOf(use(RoleContext)) >= RANKS.indexOf(role)
}
