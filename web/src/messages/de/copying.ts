export const copying = {
  path: 'Pfad kopieren',
  pathCopied: 'Pfad kopiert',
  link: 'Link kopieren',
  linkCopied: 'Link kopiert',
  linkCopiedForAWeek: 'Link kopiert. Er funktioniert 7 Tage lang.',
  failed: (text: string) => `Dieser Browser erlaubt das Kopieren nicht: ${text}`,
}
