import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errors as germanErrors } from './de/errors.ts'
import { de as german } from './de.ts'
import { deViews } from './de-views.ts'
import { errors as englishErrors } from './en/errors.ts'
import { en as english } from './en.ts'
import { enViews } from './en-views.ts'
import { bytes, finePercent, percent, plural } from './format.ts'
import { languageOf, regionOf } from './language.ts'

const SOURCES = join(import.meta.dirname, '..')
/** Groups of entries that the page finds by a value, such as a code of the server. */
const IS_COMPUTED = /^\.errors\.|\.(rules|storage|levels|orders|detailsSheet)\./

const en = { ...english, ...enViews, errors: englishErrors }
const de = { ...german, ...deViews, errors: germanErrors }

/** The words of a catalog by their path; functions count as their number of parameters. */
function entriesOf(value: unknown, path = ''): [string, string | number][] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value === 'function') return [[path, value.length]]
  return Object.entries(value as object).flatMap(([key, inner]) => entriesOf(inner, `${path}.${key}`))
}

describe('the German catalog', () => {
  const translated = new Map(entriesOf(de))

  it('has every entry of the English one, with the same parameters', () => {
    for (const [path, entry] of entriesOf(en)) {
      expect(typeof translated.get(path), path).toBe(typeof entry)
      if (typeof entry === 'number') expect(translated.get(path), path).toBe(entry)
    }
    expect(translated.size).toBe(entriesOf(en).length)
  })

  it('leaves no sentence in English', () => {
    const copied = entriesOf(en).filter(
      ([path, entry]) =>
        typeof entry === 'string' && /\w{2,} \w+ \w{2,}/.test(entry) && translated.get(path) === entry,
    )
    expect(copied).toEqual([])
  })
})

describe('names of keys', () => {
  it('are in the catalog, where they differ between languages', () => {
    const found = globSync('**/*.tsx', { cwd: SOURCES, exclude: ['components/showcase/**'] }).flatMap(
      (file) =>
        (readFileSync(join(SOURCES, file), 'utf8').match(/ (keys|hint)="(?!Esc")\w{2}[^"]*"/g) ?? []).map(
          (attribute) => file + attribute,
        ),
    )
    expect(found).toEqual([])
  })
})

describe('the description of a drawing', () => {
  it('names the colours as they are written inside a sentence', () => {
    expect(english.sheet.drawn(2, ['black', 'own'])).toContain('2 strokes in black and your own colour.')
    expect(german.sheet.drawn(2, ['own'])).toContain('2 Strichen in eigener Farbe.')
  })
})

describe('every sentence', () => {
  it('follows the rules of wording', () => {
    const found = [...entriesOf(en), ...entriesOf(de)].filter(
      ([, entry]) => typeof entry === 'string' && /!|please|successfully|\bbitte\b|erfolgreich/i.test(entry),
    )
    expect(found).toEqual([])
  })
})

describe('the English catalog', () => {
  it('has no unused entry', () => {
    const pages = globSync('**/*.{ts,tsx}', { cwd: SOURCES, exclude: ['messages/**'] })
    const code = pages.map((file) => readFileSync(join(SOURCES, file), 'utf8')).join('\n')
    /** Pairs of a group, or a name that it is given, and one of its entries. */
    const used = new Set(
      [...code.matchAll(/\b(\w+)(?=\??\.(\w+))/g)].map(([, group, entry]) => `${group}.${entry}`),
    )
    for (const [, names = '', groups = ''] of code.matchAll(/\{([^{}]*)\} = ([\w.]+)/g))
      for (const [entry] of names.matchAll(/\w+/g))
        for (const group of groups.split('.')) used.add(`${group}.${entry}`)
    const indexed = new Set([...code.matchAll(/\b(\w+)\[/g)].map(([, group]) => group))
    const given = Map.groupBy(code.matchAll(/\b(\w+): (\w+)/g), ([, group]) => group)
    const isUsed = (path: string) => {
      const [group = '', entry] = path.split('.').slice(-2)
      const names = [group, ...(given.get(group) ?? []).map(([, , name]) => name)]
      return IS_COMPUTED.test(path) || names.some((name) => used.has(`${name}.${entry}`) || indexed.has(name))
    }
    const paths = entriesOf(en).map(([path]) => path)
    expect(paths.filter((path) => !/\.\d+(\.|$)/.test(path) && !isUsed(path))).toEqual([])
  })
})

describe('the title of a notice about missing files', () => {
  it('distinguishes one, many and all of them', () => {
    const titlesIn = ({ notices }: { notices: Pick<typeof enViews.notices, 'absenceTitle'> }) =>
      [1, 2, 5].map((missing) => notices.absenceTitle(missing, 5))
    expect(titlesIn(enViews)).toEqual([
      'A file is missing',
      'Some files are missing',
      'All files are missing',
    ])
    expect(titlesIn(deViews)).toEqual(['Eine Datei fehlt', 'Einige Dateien fehlen', 'Alle Dateien fehlen'])
  })
})

describe('the text about a file that is in the gallery already', () => {
  it('keeps the signs of its name', () => {
    for (const { uploading } of [enViews, deViews])
      for (const count of [1, 3]) {
        const text = uploading.known('cup #7.png', 'cups/#2/a.png', count)
        expect(text).toContain('cup #7.png')
        expect(text).toContain('cups/#2/a.png')
      }
  })
})

describe('the question about the files of tiles', () => {
  it('writes all numbers as in the language', () => {
    for (const { folded } of [enViews, deViews])
      for (const text of [folded.text(1, 1200), folded.text(1100, 1200), folded.all(1200)])
        expect(text).toMatch(/1\D200 /)
  })
})

describe('the language', () => {
  it('is the chosen one, else the first supported one of the browser, else English', () => {
    expect(languageOf('de', ['en-US'])).toBe('de')
    expect(languageOf(null, ['fr-FR', 'de-AT', 'en'])).toBe('de')
    expect(languageOf('xx', ['fr'])).toBe('en')
    expect(regionOf('en', ['de', 'en-GB'])).toBe('en-GB')
    expect(regionOf('de', ['en-GB'])).toBe('de')
  })

  it('has plurals', () => {
    expect(plural(1, { one: '# file', other: '# files' })).toBe('1 file')
    expect(plural(1200, { one: '# file', other: '# files' })).toMatch(/^1\D?200 files$/)
  })

  it('has percentages, written as in the language', () => {
    expect(percent(0.824)).toBe('82%')
    expect(finePercent(0.0042)).toMatch(/^0\D4%$/)
  })

  it('has sizes of files', () => {
    expect(bytes(0)).toBe('1 kB')
    expect(bytes(412_300)).toBe('413 kB')
    expect(bytes(11_800_000)).toMatch(/^11\D8 MB$/)
    expect(bytes(1_200_000_000)).toMatch(/^1\D2 GB$/)
  })
})
