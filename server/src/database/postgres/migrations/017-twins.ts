export { markTwins as up } from '../../folding.ts'
