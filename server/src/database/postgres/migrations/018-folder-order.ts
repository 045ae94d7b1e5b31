export { up } from '../../folder-order-index.ts'
