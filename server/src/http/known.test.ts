import { embeddedDatabase } from '../testing/app.ts'
import { describeKnown } from './known.contract.ts'

describeKnown('known files with the embedded database', embeddedDatabase)
