import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { configSchema } from './schema.ts'
import { allKeyPaths } from './schema-tree.ts'

const text = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8')
const examples = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!)

describe('docs/configuration.md', () => {
  it.each(allKeyPaths())('explains %s', (path) => {
    expect(text).toContain(path.split('.').at(-1))
  })

  it('has only examples that are accepted', () => {
    expect(examples.length).toBeGreaterThan(1)
    for (const example of examples) expect(configSchema.safeParse(parse(example)).error).toBeUndefined()
  })
})
