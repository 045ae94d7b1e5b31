/** Ordered: each role has the rights of those before it. */
export const ROLES = ['user', 'editor', 'admin'] as const
export type Role = (typeof ROLES)[number]
