import { sharedPostgres } from '../testing/shared-postgres.ts'
import { describeCollections } from './collections.contract.ts'
import { describeExport } from './export.contract.ts'
import { describeKnown } from './known.contract.ts'
import { describeParts } from './search.contract.ts'
import { describeTimeline } from './timeline.contract.ts'
import { describeTrash } from './trash.contract.ts'
import { describeWindows } from './windows.contract.ts'

const server = sharedPostgres()

/** Configuration of a new database of the server. */
async function newDatabase(): Promise<Record<string, unknown>> {
  const entries = Object.entries(await server.createDatabase())
  return Object.fromEntries(entries.map(([key, value]) => [`database.${key}`, value]))
}

describeParts('a search by parts on PostgreSQL', newDatabase)
describeWindows('windows of images on PostgreSQL', newDatabase)
describeTrash('trash on PostgreSQL', newDatabase)
describeCollections('collections on PostgreSQL', newDatabase)
describeExport('export on PostgreSQL', newDatabase)
describeKnown('known files on PostgreSQL', newDatabase)
describeTimeline('the timeline on PostgreSQL', newDatabase)
