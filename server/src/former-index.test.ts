import { describeFormerIndex } from './former-index.contract.ts'
import { embeddedDatabase } from './testing/app.ts'

describeFormerIndex('an upgrade of the embedder on the embedded database', embeddedDatabase)
