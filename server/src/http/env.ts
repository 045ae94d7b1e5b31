import type { Role } from '../contract/roles.ts'

/** Variables of a request. */
export interface HttpEnv {
  Variables: {
    /** undefined: not signed in. */
    role: Role | undefined
    /** Role that the route requires. */
    neededRole?: Role
    /** Id of the user who is signed in. */
    userId?: string
    /** Address of the user who is signed in. */
    email?: string
    /** For responses that do not end; absent without sign-in. */
    isStillSignedIn?: () => Promise<boolean>
  }
}
