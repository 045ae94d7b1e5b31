const ARTICLES = /^(a|an|the|some|der|die|das|den|dem|des|ein|eine|einen|einem|einer) /
/** Endings of regular plurals with their replacements in the singular. */
const PLURAL_ENDINGS: readonly (readonly [ending: RegExp, singular: string])[] = [
  [/ies$/, 'y'],
  [/ves$/, 'f'],
  [/ves$/, 'fe'],
  [/es$/, ''],
  [/s$/, ''],
]

/** A word of a text. */
export const TOKEN = /[\p{L}\p{N}'’`.]+/gu

/** Normalises a word or a phrase as the words of a vocabulary are spelled: lower case, single spaces, no article. */
export function normalizeWord(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[’`]/g, "'")
    .replaceAll(/[^\p{L}\p{N}'.]+/gu, ' ')
    .trim()
    .replace(ARTICLES, '')
}

/** Returns a normalised word and its possible singular forms. @param irregular English plurals with their singulars */
export function singularForms(
  word: string,
  language: string,
  irregular: Readonly<Record<string, string>>,
): string[] {
  if (language === 'de') return [word, ...germanSingulars(word)]
  const known = Object.hasOwn(irregular, word) ? [irregular[word]!] : []
  const regular = PLURAL_ENDINGS.filter(([ending]) => ending.test(word)).map(([ending, singular]) =>
    word.replace(ending, singular),
  )
  return [word, ...known, ...regular].filter((form) => form.length > 1 || form === word)
}

const GERMAN_PLURAL_ENDINGS = ['nen', 'en', 'er', 'n', 'e', 's', '']
const WITHOUT_UMLAUT: Readonly<Record<string, string>> = { ä: 'a', ö: 'o', ü: 'u' }

/** The plural of a German noun adds an ending, changes the last vowel to an umlaut, or both. */
function germanSingulars(word: string): string[] {
  return GERMAN_PLURAL_ENDINGS.filter((ending) => word.endsWith(ending)).flatMap((ending) => {
    const stem = word.slice(0, word.length - ending.length)
    return [stem, stem.replace(/[äöü](?!.*[äöü])/, (vowel) => WITHOUT_UMLAUT[vowel]!)]
  })
}
