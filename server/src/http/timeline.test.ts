import { embeddedDatabase } from '../testing/app.ts'
import { describeTimeline } from './timeline.contract.ts'

describeTimeline('the timeline with the embedded database', embeddedDatabase)
