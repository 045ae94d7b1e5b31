import { number, plural } from '../format.ts'

export const app = {
  title: 'Sketch-Search',
  skip: 'Zu den Ergebnissen',
  showFolders: 'Ordner zeigen',
  hideFolders: 'Ordner verbergen',
  addFiles: 'Dateien hinzufügen',
  settings: 'Einstellungen',
  close: 'Schließen',
  cancel: 'Abbrechen',
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
  partMissing:
    'Dieser Teil der Seite konnte nicht geladen werden. Der Server ist nicht erreichbar oder wurde aktualisiert.',
  reload: 'Neu laden',
  theme: 'Design',
  themes: { system: 'System', light: 'Hell', dark: 'Dunkel' },
  language: 'Sprache',
  languages: { system: 'System', en: 'English', de: 'Deutsch' },
  apiKeys: 'API-Schlüssel',
  signOut: 'Abmelden',
  filesOfFolder: 'Dateien des Ordners',
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
  undo: 'Strg Z',
  redo: 'Strg Umschalt Z',
  duplicate: 'Strg D',
  paste: 'Strg V',
  title: 'Hilfe und Tastenkürzel',
  tab: 'Tastenkürzel',
  single: 'Kürzel mit einer Taste',
  singleHint: 'Schalte sie ab, wenn du Text diktierst oder Tasten versehentlich drückst.',
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
  offlineTitle: 'Keine Verbindung zum Server',
  offline: (seconds: number) => `Neuer Versuch in ${number(seconds)} s. Deine Skizze ist sicher.`,
  offlineNow: 'Neuer Versuch. Deine Skizze ist sicher.',
  tryNow: 'Jetzt versuchen',
}
