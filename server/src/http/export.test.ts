import { embeddedDatabase } from '../testing/app.ts'
import { describeExport } from './export.contract.ts'

describeExport('export with the embedded database', embeddedDatabase)
