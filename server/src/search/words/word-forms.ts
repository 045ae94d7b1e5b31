const ARTICLES = /^(a|an|the|some) /
/** Endings of regular plurals with their replacements in the singular. */
const PLURAL_ENDINGS: readonly (readonly [ending: RegExp, singular: string])[] = [
  [/ies$/, 'y'],
  [/ves$/, 'f'],
  [/ves$/, 'fe'],
  [/es$/, ''],
  [/s$/, ''],
]

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

/** Returns a normalised word and its possible singular forms. */
export function singularForms(word: string, irregular: Readonly<Record<string, string>>): string[] {
  const known = Object.hasOwn(irregular, word) ? [irregular[word]!] : []
  const regular = PLURAL_ENDINGS.filter(([ending]) => ending.test(word)).map(([ending, singular]) =>
    word.replace(ending, singular),
  )
  return [word, ...known, ...regular].filter((form) => form.length > 1 || form === word)
}
