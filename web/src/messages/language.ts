const LANGUAGES = ['en', 'de'] as const
export type Language = (typeof LANGUAGES)[number]

export const LANGUAGE_KEY = 'language'

/** The chosen language, or the first of the browser's languages that the page is written in. */
export function languageOf(chosen: string | null, preferred: readonly string[]): Language {
  const wanted = chosen === null ? preferred : [chosen, ...preferred]
  for (const tag of wanted) {
    const found = LANGUAGES.find((language) => tag.toLowerCase().split('-')[0] === language)
    if (found !== undefined) return found
  }
  return 'en'
}

/** The browser's own variety of a language, for dates and numbers: `en-GB` writes the day first. */
export function regionOf(language: Language, preferred: readonly string[]): string {
  return preferred.find((tag) => tag.toLowerCase().split('-')[0] === language) ?? language
}

function storedLanguage(): string | null {
  try {
    return localStorage.getItem(LANGUAGE_KEY)
  } catch {
    // Some private windows have no storage.
    return null
  }
}

const preferred = typeof navigator === 'undefined' ? [] : (navigator.languages ?? [])

export const language = languageOf(storedLanguage(), preferred)
export const region = regionOf(language, preferred)
