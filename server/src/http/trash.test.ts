import { embeddedDatabase } from '../testing/app.ts'
import { describeTrash } from './trash.contract.ts'

describeTrash('trash with the embedded database', embeddedDatabase)
