export const words = {
  suggestions: 'Vorschläge',
  inNames: (text: string) => `„${text}“ in Namen und Bildtexten`,
  noModel:
    'Dieses Modell versteht keine Wörter. Namen, Titel, Bildtexte und Stichwörter lassen sich durchsuchen.',
  similar: 'Ähnliche Wörter des Modells:',
}
