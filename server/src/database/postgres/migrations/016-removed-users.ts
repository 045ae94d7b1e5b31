export { up } from '../../account-migrations/003-removed-users.ts'
