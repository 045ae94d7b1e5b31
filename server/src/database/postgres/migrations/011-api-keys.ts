export { up } from '../../account-migrations/002-api-keys.ts'
