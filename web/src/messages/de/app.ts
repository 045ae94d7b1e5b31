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
  partMissing:
    'Dieser Teil der Seite ist nicht zu laden. Der Server ist nicht erreichbar oder wurde aktualisiert.',
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
  problemTitle: 'Der Fotoordner ist nicht lesbar',
  absenceTitle: (missing: number, known: number) => {
    if (missing >= known) return 'Alle Bilder fehlen'
    return plural(missing, { one: 'Ein Bild fehlt', other: 'Einige Bilder fehlen' })
  },
  absence: (missing: number) =>
    plural(missing, {
      one: '# Bild fehlt. Vielleicht ist ein Laufwerk nicht verbunden. Nichts wurde aus dem Index entfernt.',
      other:
        '# Bilder fehlen auf einmal. Vielleicht ist ein Laufwerk nicht verbunden. Nichts wurde aus dem Index entfernt.',
    }),
  checkAgain: 'Erneut prüfen',
  acceptMissing: 'Sie sind endgültig weg',
  problem: 'Vielleicht ist ein Laufwerk nicht verbunden. Nichts wurde aus dem Index entfernt.',
  polling: 'Dieser Ordner kann nicht überwacht werden. Änderungen erscheinen mit Verzögerung.',
  why: 'Warum?',
  understood: 'Verstanden',
  readOnly: 'Die Galerie ist schreibgeschützt: Bilder können hier weder hinzugefügt noch gelöscht werden.',
  readOnlyFolders: (names: readonly string[]) =>
    `In diesen Ordnern, die schreibgeschützt sind, können Bilder weder hinzugefügt noch gelöscht werden: ${names.join(', ')}.`,
  offlineTitle: 'Keine Verbindung zum Server',
  offline: (seconds: number) => `Neuer Versuch in ${number(seconds)} s. Deine Skizze ist sicher.`,
  offlineNow: 'Neuer Versuch. Deine Skizze ist sicher.',
  tryNow: 'Jetzt versuchen',
  storageTitle: 'Neue Bilder können nicht gespeichert werden',
  storage: {
    disk_full:
      'Der Datenträger des Servers ist voll. Suchen geht weiter; neue Bilder werden gelesen, sobald wieder Platz ist.',
    data_directory_read_only:
      'Das Datenverzeichnis des Servers ist schreibgeschützt. Neue Bilder werden gelesen, sobald das behoben ist.',
    data_directory_missing:
      'Das Datenverzeichnis des Servers fehlt. Neue Bilder werden gelesen, sobald es wieder da ist.',
    data_directory_unreachable:
      'Das Datenverzeichnis des Servers antwortet nicht. Neue Bilder werden gelesen, sobald es antwortet.',
    thumbnails_unreachable:
      'Der Server kann keine Vorschaubilder schreiben. Neue Bilder werden gelesen, sobald er es kann.',
    catalog_damaged:
      'Der Katalog des Servers ist beschädigt. Im Protokoll des Servers steht, wie er aus der Galerie neu aufgebaut wird.',
  },
}
