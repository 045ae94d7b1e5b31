export { up } from '../../sidecar-column.ts'
