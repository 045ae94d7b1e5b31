import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import sharp from 'sharp'
import { readDetails } from '../server/src/gallery/details/details.ts'
import type { FileDetails } from '../server/src/gallery/details/file-details.ts'
import { parseOffset, parseTime } from '../server/src/gallery/details/values.ts'
import { hasImageExtension } from '../server/src/gallery/formats/index.ts'
import { sniff } from '../server/src/gallery/formats/sniff.ts'
import { type Section, table } from './support.ts'

/** Packages that contain photos of many cameras as samples. */
const DEBIAN_PACKAGES = ['golang-github-rwcarlsen-goexif-dev']
/** Source packages: the samples are in the tests, which are not installed. */
const DEBIAN_SOURCES = ['libimage-exiftool-perl']
const NPM_PACKAGES = ['exif@0.6.0', 'exif-parser@0.1.12', 'jpeg-exif@1.1.4']
const FIELDS = [
  'capturedAt',
  'capturedOffset',
  'camera',
  'lens',
  'exposureTime',
  'fNumber',
  'iso',
  'focalLength',
  'orientation',
  'latitude',
  'longitude',
  'title',
  'caption',
  'keywords',
  'rating',
] as const satisfies readonly (keyof FileDetails)[]
type Field = (typeof FIELDS)[number]
/** Relative difference of measured values that count as equal. */
const TOLERANCE = 1e-4
/** Whole numbers that mean something else if they differ at all. Times are in milliseconds. */
const EXACT: ReadonlySet<Field> = new Set(['capturedAt', 'capturedOffset', 'orientation', 'rating'])

/** Compares the details of sample photos with those that exiftool reads, and lists every disagreement. */
export async function benchDetails(directory: string): Promise<Section> {
  const files = samplesIn(fetchSamples(directory))
  const equal = new Map<Field, number>()
  const present = new Map<Field, number>()
  const differences: string[][] = []
  for (const file of files) {
    await complete(file)
    const bytes = readFileSync(file)
    const ours = await readDetails(bytes, sniff(bytes))
    const theirs = readByExiftool(file)
    for (const field of FIELDS) {
      if (ours[field] === undefined && theirs[field] === undefined) continue
      count(present, field)
      if (isSame(field, ours[field], theirs[field])) count(equal, field)
      else differences.push([basename(file), field, show(ours[field]), show(theirs[field])])
    }
  }
  const rows = FIELDS.map((field) => [field, present.get(field) ?? 0, equal.get(field) ?? 0])
  return {
    text: [
      `## Metadata of ${files.length} sample photos beside exiftool ${run('exiftool', ['-ver'], directory).trim()}\n`,
      `Samples: ${[...DEBIAN_PACKAGES, ...DEBIAN_SOURCES, ...NPM_PACKAGES].join(', ')}. Those that have only the metadata of a JPEG are completed with the pixels of a small one.\n`,
      table(['field', 'photos that have it', 'equal'], rows),
      'Every disagreement:\n',
      table(['photo', 'field', 'Sketch-Search', 'exiftool'], differences),
    ].join('\n'),
    ratios: {},
  }
}

function count(counts: Map<Field, number>, field: Field): void {
  counts.set(field, (counts.get(field) ?? 0) + 1)
}

/** @returns the folder that the packages are unpacked in */
function fetchSamples(directory: string): string {
  mkdirSync(directory, { recursive: true })
  for (const name of DEBIAN_PACKAGES) run('apt-get', ['download', name], directory)
  for (const file of readdirSync(directory).filter((one) => one.endsWith('.deb')))
    run('dpkg-deb', ['--extract', file, file.split('_')[0]!], directory)
  fetchSources(directory)
  for (const name of NPM_PACKAGES) {
    const archive = run('npm', ['pack', '--silent', name], directory).trim()
    const folder = name.replaceAll('@', '-')
    mkdirSync(join(directory, folder), { recursive: true })
    run('tar', ['--extract', '--file', archive, '--directory', folder], directory)
  }
  return directory
}

/** Reads the list of source packages without changing the lists of the system. */
function fetchSources(directory: string): void {
  mkdirSync(join(directory, 'lists/partial'), { recursive: true })
  writeFileSync(join(directory, 'sources.list'), 'deb-src http://deb.debian.org/debian bookworm main\n')
  const own = { SourceList: 'sources.list', SourceParts: '/dev/null' }
  const options = [
    ...Object.entries(own).map(([key, file]) => `Dir::Etc::${key}=${resolve(directory, file)}`),
    `Dir::State::Lists=${resolve(directory, 'lists')}`,
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option])
  run('apt-get', [...options, 'update'], directory)
  for (const name of DEBIAN_SOURCES)
    run('apt-get', [...options, 'source', '--download-only', '--tar-only', name], directory)
  for (const file of readdirSync(directory).filter((one) => one.includes('.orig.tar.')))
    run('tar', ['--extract', '--file', file], directory)
}

/** Appends pixels to a JPEG that ends after its metadata, which no program would accept as a picture. */
async function complete(file: string): Promise<void> {
  const bytes = readFileSync(file)
  if (sniff(bytes) !== 'jpeg' || !endsAfterMetadata(bytes)) return
  const small = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } })
    .jpeg()
    .toBuffer()
  writeFileSync(file, Buffer.concat([bytes, small.subarray(2)]))
}

/** Whether all segments are those of applications (APP0 to APP15). */
function endsAfterMetadata(bytes: Buffer): boolean {
  let at = 2
  while (at + 4 <= bytes.length && bytes[at] === 0xff && (bytes[at + 1]! & 0xf0) === 0xe0)
    at += 2 + bytes.readUInt16BE(at + 2)
  return at === bytes.length
}

function run(program: string, args: string[], directory: string): string {
  return execFileSync(program, args, {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

function samplesIn(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && hasImageExtension(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

type Tags = Partial<Record<string, string | number | (string | number)[]>>

/** exiftool prints the tags of damaged files, but ends with an error. */
function readByExiftool(file: string): FileDetails {
  let output: string
  try {
    output = run('exiftool', ['-json', '-n', '-m', '-api', 'StructFormat=JSON', file], '.')
  } catch (error) {
    output = (error as { stdout?: string }).stdout || '[{}]'
  }
  const [tags = {}] = JSON.parse(output) as Tags[]
  const text = (...names: string[]) =>
    names.map((name) => tags[name]).find((value) => value !== undefined && String(value).trim() !== '')
  const number = (name: string) => (typeof tags[name] === 'number' ? tags[name] : undefined)
  const date = text(
    'SubSecDateTimeOriginal',
    'DateTimeOriginal',
    'SubSecCreateDate',
    'CreateDate',
    'DateTimeCreated',
  )
  const time = parseTime(date === undefined ? undefined : String(date))
  const keywords = tags.Subject ?? tags.Keywords
  return {
    capturedAt: time?.capturedAt,
    capturedOffset: time?.capturedOffset ?? parseOffset(tags.OffsetTimeOriginal),
    camera: cameraOf(asText(tags.Make), asText(tags.Model)),
    lens: asText(tags.LensModel),
    exposureTime: number('ExposureTime'),
    fNumber: number('FNumber'),
    iso: number('ISO'),
    focalLength: number('FocalLength'),
    orientation: number('Orientation'),
    latitude: number('GPSLatitude'),
    longitude: number('GPSLongitude'),
    title: asText(text('Title', 'ObjectName')),
    caption: asText(text('Description', 'Caption-Abstract', 'ImageDescription')),
    keywords: keywords === undefined ? undefined : [keywords].flat().map(String),
    rating: number('Rating'),
  }
}

function asText(value: unknown): string | undefined {
  return value === undefined || String(value).trim() === '' ? undefined : String(value).trim()
}

/** Make and model as one text, without the make if the model begins with it. */
function cameraOf(make: string | undefined, model: string | undefined): string | undefined {
  if (make === undefined || model === undefined) return model ?? make
  const brand = make.split(/[\s,]/)[0]!.toLowerCase()
  return model.toLowerCase().startsWith(brand) ? model : `${make} ${model}`
}

/** Whether both programs read the same value of a field. */
export function isSame(field: Field, a: FileDetails[Field], b: FileDetails[Field]): boolean {
  if (typeof a === 'number' && typeof b === 'number' && !EXACT.has(field))
    return Math.abs(a - b) <= TOLERANCE * Math.abs(a)
  return show(a) === show(b)
}

/** A cell of a table. */
function show(value: FileDetails[Field]): string {
  if (value === undefined) return 'none'
  const text = Array.isArray(value) ? value.join(', ') : String(value)
  return text.replaceAll(/[\p{Cc}|]+/gu, ' ').slice(0, 60)
}
