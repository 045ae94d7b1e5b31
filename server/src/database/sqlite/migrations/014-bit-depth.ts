export { up } from '../../bit-depth-column.ts'
