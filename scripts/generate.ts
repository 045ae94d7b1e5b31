/** `npm run generate`: writes the files that follow from the code; `--check` fails if one of them has drifted. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { configJsonSchema } from '../server/src/config/schema.ts'
import { openApiDocument } from '../server/src/http/app.ts'
import { bundledPackages } from './bundle.ts'
import { thirdPartyNotices } from './notices.ts'
import { COPIED } from './stage.ts'

const isCheck = process.argv.includes('--check')
const toJson = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

const FILES: Record<string, string> = {
  'docs/config.schema.generated.json': toJson(configJsonSchema()),
  'THIRD-PARTY-NOTICES.md': thirdPartyNotices(fileURLToPath(new URL('..', import.meta.url)), [
    ...(await bundledPackages()),
    COPIED,
  ]),
  'docs/openapi.generated.json': toJson(openApiDocument()),
}

for (const [name, content] of Object.entries(FILES)) {
  const file = fileURLToPath(new URL(`../${name}`, import.meta.url))
  if (!isCheck) writeFileSync(file, content)
  else if (read(file) !== content) {
    console.error(`${name} has drifted from the code: run "npm run generate" and commit it.`)
    process.exitCode = 1
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
