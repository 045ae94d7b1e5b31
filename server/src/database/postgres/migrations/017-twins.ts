export { up } from '../../twin-levels.ts'
