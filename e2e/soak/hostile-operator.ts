import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import type { Random } from '../../scripts/demo/random.ts'
import { makeDng } from '../../server/src/testing/dng.ts'
import { formatSamples } from '../../server/src/testing/format-samples.ts'
import { heicFile } from '../../server/src/testing/heif-samples.ts'
import { HOSTILE_FILES } from '../../server/src/testing/hostile-files.ts'
import { quadrants } from '../../server/src/testing/quadrants.ts'
import type { ContentKind, Contents } from './contents.ts'
import { damage } from './damage.ts'
import { isLeftOut } from './disk.ts'

interface Sample {
  name: string
  bytes: Buffer
  kind: ContentKind
}

/** Hashing a file of 300 GB takes too long; pipes, sockets, links and folders are made by the other operators. */
const NOT_WRITTEN = ['holes.jpg', 'pipe.jpg', 'socket.jpg', 'zero.jpg', 'itself.jpg', 'folder.jpg']
/** Their decoding may end at a limit when the machine is busy. */
const SLOW = ['bomb.png', 'scans.jpg']

/** Good files of every format, damaged ones and malicious ones. */
async function hostileSamples(): Promise<{ good: Sample[]; hostile: Sample[] }> {
  const sensor = await quadrants().png().toBuffer()
  const preview = await quadrants().jpeg().toBuffer()
  const files = {
    ...(await formatSamples()),
    'phone.heic': await heicFile(),
    'camera.dng': Buffer.from(await makeDng({ sensor, preview })),
    'sensor.dng': Buffer.from(await makeDng({ sensor })),
  }
  const good = Object.entries(files).map(([name, bytes]) => ({ name, bytes, kind: 'image' as const }))
  return { good, hostile: await makeHostileSamples() }
}

async function makeHostileSamples(): Promise<Sample[]> {
  const directory = mkdtempSync(join(tmpdir(), 'hostile-samples-'))
  const samples: Sample[] = []
  try {
    for (const { name, outcome, make } of HOSTILE_FILES) {
      if (outcome === 'left out' || NOT_WRITTEN.includes(name)) continue
      await make(join(directory, name))
      const known = 'contentType' in outcome ? 'image' : 'broken'
      const kind = SLOW.includes(name) ? 'either' : known
      samples.push({ name, bytes: readFileSync(join(directory, name)), kind })
    }
    return samples
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** Writes samples into random folders. */
export async function createHostileOperator(
  root: string,
  random: Random,
  contents: Contents,
): Promise<{ act(): Promise<string> }> {
  const { good, hostile } = await hostileSamples()
  return {
    async act() {
      const directory = random.pick(directories())
      const choice = random.between(0, 4)
      if (choice < 1) return write(directory, 'good', random.pick(good))
      if (choice < 2) return write(directory, 'hostile', random.pick(hostile))
      const { name, bytes } = random.pick(good)
      return write(directory, 'damaged', { name, bytes: damage(bytes, random), kind: 'either' })
    },
  }

  function directories(): string[] {
    const found = ['']
    for (const directory of found)
      for (const entry of readdirSync(join(root, directory), { withFileTypes: true }))
        if (entry.isDirectory() && !isLeftOut(entry.name)) found.push(join(directory, entry.name))
    return found.sort()
  }

  function write(directory: string, what: string, { name, bytes, kind }: Sample): string {
    const number = Math.floor(random.between(0, 1_000_000))
    const path = join(directory, `${what}${number}${extname(name)}`)
    contents.note(bytes, kind)
    writeFileSync(join(root, path), bytes, { flag: 'wx' })
    return `write ${path} (${name}, ${bytes.length} bytes)`
  }
}
