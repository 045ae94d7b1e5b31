import { number, plural } from '../format.ts'

export const app = {
  title: 'Sketch-Search',
  skip: 'Zu den Ergebnissen',
  showFolders: 'Ordner zeigen',
  hideFolders: 'Ordner verbergen',
  addFiles: 'Dateien hinzufügen',
  more: 'Mehr',
  settings: 'Einstellungen',
  close: 'Schließen',
  cancel: 'Abbrechen',
  back: 'Zurück',
  retry: 'Erneut versuchen',
  backToGallery: 'Zur Galerie',
  queryPane: 'Suchbereich',
  divider: 'Breite des Suchbereichs',
  dividerHeight: 'Höhe des Suchbereichs',
  openQueryPane: 'Blatt öffnen',
  loading: 'Wird geladen',
  unreachable: 'Die Verbindung zum Server ist unterbrochen.',
  proxyUnreachable: 'Ein Proxy antwortet, aber der Server dahinter ist nicht erreichbar.',
  tooLargeForProxy: 'Die Datei ist zu groß für den Proxy vor dem Server.',
  foreignAnswer:
    'Ein Proxy hat anstelle des Servers geantwortet, zum Beispiel mit einer Anmeldeseite. Lade diese Seite neu.',
  failed: 'Das hat nicht geklappt.',
  theme: 'Design',
  themes: { system: 'System', light: 'Hell', dark: 'Dunkel' },
  language: 'Sprache',
  languages: { system: 'System', en: 'English', de: 'Deutsch' },
  alwaysScores: 'Ähnlichkeit immer anzeigen',
  moreResults: 'Mehr Ergebnisse zeigen',
  fewerResults: 'Weniger Ergebnisse zeigen',
  gallery: 'Galerie',
  draw: 'Zeichnen',
  search: 'Suche',
  results: 'Ergebnisse',
}

export const shortcuts = {
  enter: 'Eingabe',
  space: 'Leertaste',
  delete: 'Entf',
  title: 'Tastenkürzel',
  single: 'Kürzel mit einer Taste',
  singleHint: 'Schalte sie ab, wenn du Text diktierst oder Tasten versehentlich drückst.',
  groups: [
    {
      name: 'Blatt',
      keys: [
        ['D', 'Zum Blatt'],
        ['P, B, E', 'Stift, Pinsel, Radierer'],
        ['E E', 'Ganze Striche radieren'],
        ['V', 'Auswählen'],
        ['C, W', 'Farbe, Breite'],
        ['[ ]', 'Dünner, dicker'],
        ['T, U', 'Glätten, Abpausen'],
        ['Umschalt', 'Gerade Linie'],
        ['Strg Z', 'Rückgängig'],
        ['Strg Umschalt Z', 'Wiederholen'],
        ['F', 'Vollbild'],
        ['/', 'Wörter'],
        ['F6', 'Nächster Bereich'],
        ['\\', 'Bibliothek'],
      ],
    },
    {
      name: 'Ergebnisse und Galerie',
      keys: [
        ['← ↑ ↓ →', 'Bewegen'],
        ['Pos1, Ende', 'Erstes, letztes'],
        ['Eingabe', 'Öffnen'],
        ['Leertaste', 'Auswählen'],
        ['Umschalt Leertaste', 'Bis hierher auswählen'],
        ['Strg A, Esc', 'Alle auswählen, keines'],
        ['M, N', 'Mehr davon, weniger davon'],
        ['S, R', 'Ähnliche finden, Ausschnitt suchen'],
        ['Entf', 'In den Papierkorb'],
        ['Strg V', 'Mit dem kopierten Bild suchen'],
        ['G D', 'Zu den Duplikaten'],
      ],
    },
    {
      name: 'Große Ansicht',
      keys: [
        ['← →', 'Voriges, nächstes'],
        ['1, 0', '1:1, einpassen'],
        ['+ −', 'Zoom'],
        ['Umschalt ← ↑ ↓ →', 'Bild verschieben'],
        ['M, N, S', 'Mehr davon, weniger davon, ähnliche finden'],
        ['R', 'Ausschnitt suchen'],
        ['I', 'Details'],
        ['L', 'Zoom und Position behalten'],
        ['Esc', 'Schließen'],
      ],
    },
  ] as { name: string; keys: [string, string][] }[],
}

export const status = {
  indexing: (done: number, all: number) => `${number(done)} von ${number(all)} indiziert`,
  minutesLeft: (seconds: number) =>
    seconds < 90
      ? `noch etwa ${number(Math.ceil(seconds))} s. Du kannst schon suchen.`
      : `noch etwa ${number(Math.round(seconds / 60))} min. Du kannst schon suchen.`,
  failures: (count: number) =>
    plural(count, {
      one: '# Datei konnte nicht gelesen werden',
      other: '# Dateien konnten nicht gelesen werden',
    }),
  failuresTitle: 'Dateien, die nicht indiziert werden konnten',
  failuresHint: 'Eine Datei wird erneut gelesen, wenn sie sich ändert.',
  failuresMore: (count: number) => `und ${number(count)} weitere`,
  retryFailures: 'Alle erneut versuchen',
  embedderChanged: (embedder: string, done: number, all: number) =>
    `Das Modell ist jetzt „${embedder}“. Bisher sind ${number(done)} von ${number(all)} Bildern durchsuchbar.`,
  embedderReplaced: (embedder: string, done: number, all: number) =>
    `Das Modell ist jetzt „${embedder}“. Es hat ${number(done)} von ${number(all)} Bildern gelesen. Bis es alle gelesen hat, beantwortet das bisherige Modell die Suchen.`,
  notWorking: (embedder: string) =>
    `Das Modell „${embedder}“ arbeitet gerade nicht. Du kannst blättern, aber nicht suchen. Der Grund steht im Protokoll des Servers.`,
  missingTitle: 'Der Fotoordner fehlt',
  absence: (missing: number) =>
    plural(missing, {
      one: '# Bild fehlt. Vielleicht ist ein Laufwerk nicht verbunden. Nichts wurde aus dem Index entfernt.',
      other:
        '# Bilder fehlen auf einmal. Vielleicht ist ein Laufwerk nicht verbunden. Nichts wurde aus dem Index entfernt.',
    }),
  checkAgain: 'Erneut prüfen',
  acceptMissing: 'Sie sind endgültig weg',
  problem: 'Der Fotoordner ist gerade nicht lesbar. Nichts wurde aus dem Index entfernt.',
  polling: 'Dieser Ordner kann nicht überwacht werden. Änderungen erscheinen mit Verzögerung.',
  why: 'Warum?',
  understood: 'Verstanden',
  offlineTitle: 'Keine Verbindung zum Server',
  offline: (seconds: number) => `Neuer Versuch in ${number(seconds)} s. Deine Skizze ist sicher.`,
  offlineNow: 'Neuer Versuch. Deine Skizze ist sicher.',
  tryNow: 'Jetzt versuchen',
}
