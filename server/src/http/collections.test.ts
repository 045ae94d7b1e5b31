import { embeddedDatabase } from '../testing/app.ts'
import { describeCollections } from './collections.contract.ts'

describeCollections('collections with the embedded database', embeddedDatabase)
