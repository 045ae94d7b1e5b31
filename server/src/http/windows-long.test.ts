import { embeddedDatabase } from '../testing/app.ts'
import { describeWindows } from './windows.contract.ts'

describeWindows('windows of images', embeddedDatabase)
