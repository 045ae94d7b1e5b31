import { expect, it } from 'vitest'
import { withConfigurationTables } from './configuration-tables.ts'

const table = (section: string) =>
  withConfigurationTables(`<!-- keys of ${section} -->\nold\n<!-- end of keys -->`)

it('replaces the table of a section by its keys with value, default and meaning', () => {
  const text = table('limits')
  expect(text).toContain(
    '| `limits.max_file_bytes` | integer, 1,024 to 2,147,483,647 | `268435456` (256 MiB) | A larger file, in bytes, is not read',
  )
  expect(text).not.toContain('old')
  expect(table('watcher')).toContain('| `watcher.max_missing_share` | number, 0 to 1 | `0.5` |')
  expect(table('embedder_registry.embedders.*')).toContain(
    '| `embedder_registry.embedders.NAME.device` | `auto`, `cpu`, `cuda` | `"auto"` |',
  )
})

it('marks keys that every form of a section requires', () => {
  expect(table('auth.smtp')).toContain('| `auth.smtp.host` | text | required |')
  expect(table('embedder_registry.embedders.*')).toContain(
    '| `embedder_registry.embedders.NAME.file` | text |  |',
  )
})

it('omits subsections with tables of their own, and keeps the rest of the document', () => {
  expect(table('.')).toContain('| `port` |')
  expect(table('.')).not.toContain('| `watcher` |')
  expect(withConfigurationTables('# Title\n\nText\n')).toBe('# Title\n\nText\n')
})

it('fails for a section without keys', () => {
  expect(() => table('watcher.no_such_section')).toThrow(/no keys at watcher\.no_such_section/)
})
