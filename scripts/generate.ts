/** `npm run generate`: writes the files, and the tables in documents, that are derived from the code; `--check` fails if one of them has drifted. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { configJsonSchema } from '../server/src/config/schema.ts'
import { openApiDocument } from '../server/src/http/openapi.ts'
import { VERSION } from '../server/src/version.ts'
import { bundledPackages } from './bundle.ts'
import { withConfigurationTables } from './configuration-tables.ts'
import { thirdPartyNotices } from './notices.ts'
import { COPIED } from './stage.ts'

const isCheck = process.argv.includes('--check')
const CITATION = 'CITATION.cff'
const CONFIGURATION = 'docs/configuration.md'
const toJson = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

const FILES: Record<string, string> = {
  [CITATION]: (read(CITATION) ?? '').replace(/^version: .*$/m, `version: ${VERSION}`),
  'docs/config.schema.generated.json': toJson(configJsonSchema()),
  [CONFIGURATION]: withConfigurationTables(read(CONFIGURATION) ?? ''),
  'THIRD-PARTY-NOTICES.md': thirdPartyNotices(fileURLToPath(new URL('..', import.meta.url)), [
    ...(await bundledPackages()),
    ...COPIED,
  ]),
  'docs/openapi.generated.json': toJson(openApiDocument()),
}

for (const [name, content] of Object.entries(FILES)) {
  const file = fileURLToPath(new URL(`../${name}`, import.meta.url))
  if (!isCheck) writeFileSync(file, content)
  else if (read(name) !== content) {
    console.error(`${name} has drifted from the code: run "npm run generate" and commit it.`)
    process.exitCode = 1
  }
}

/** @param name relative to the root of the repository */
function read(name: string): string | undefined {
  try {
    return readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
  } catch {
    return undefined
  }
}
