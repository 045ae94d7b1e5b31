export { up } from '../../folded-index.ts'
