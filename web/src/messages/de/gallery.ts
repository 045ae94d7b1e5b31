import { number, percent, plural } from '../format.ts'

export const gallery = {
  pictures: (count: number) => plural(count, { one: '# Bild', other: '# Bilder' }),
  of: (part: number, all: number) =>
    `${number(part)} von ${plural(all, { one: '# Bild', other: '# Bildern' })}`,
  matches: (count: number) => plural(count, { one: '# Treffer', other: '# Treffer' }),
  closeMatches: 'Nahe Treffer',
  furtherAway: 'Weiter entfernt',
  closeCount: (count: number) => plural(count, { one: '# naher Treffer', other: '# nahe Treffer' }),
  showFurther: 'Entferntere Treffer zeigen',
  hideFurther: 'Entferntere verbergen',
  showNew: 'Neue Treffer zeigen',
  changed: 'Der Ordner hat sich geändert.',
  showChanges: 'Änderungen zeigen',
  searching: 'Suche läuft',
  nothingCloseTitle: 'Noch nichts Passendes',
  nothingClose: 'Füge ein, zwei Linien hinzu, oder zeige entferntere Treffer.',
  emptyTitle: 'Deine Galerie ist leer',
  empty: 'Füge hier Dateien hinzu, oder lege sie in den überwachten Ordner. Sie erscheinen automatisch.',
  filteredTitle: 'Keine Bilder passen zu diesen Filtern',
  filtered: (filters: number, all: number) =>
    filters === 1
      ? plural(all, { one: '1 Filter verbirgt das einzige Bild.', other: '1 Filter verbirgt alle # Bilder.' })
      : plural(all, {
          one: `${number(filters)} Filter verbergen das einzige Bild.`,
          other: `${number(filters)} Filter verbergen alle # Bilder.`,
        }),
  clearFilters: 'Filter entfernen',
  stale: 'Diese Liste ist vielleicht nicht aktuell.',
  tile: (name: string, date: string, score: number | undefined, files: number | undefined) =>
    [
      name,
      date,
      score === undefined ? '' : `zu ${percent(score)} ähnlich`,
      files === undefined ? '' : plural(files, { one: '# Datei', other: '# Dateien' }),
    ]
      .filter((text) => text !== '')
      .join(', '),
  showFiles: (count: number) => plural(count, { one: 'Die Datei zeigen', other: 'Alle # Dateien zeigen' }),
  filesApart: 'Dateien eines Bildes',
  select: (name: string) => `${name} auswählen`,
  moreLike: (name: string) => `Mehr wie ${name}`,
  lessLike: (name: string) => `Weniger wie ${name}`,
  findSimilarTo: (name: string) => `Ähnliche wie ${name} finden`,
  findSimilar: 'Ähnliche finden',
  open: 'Öffnen',
  selectMenu: 'Auswählen',
  deselectMenu: 'Abwählen',
  copyPath: 'Pfad kopieren',
  pathCopied: 'Pfad kopiert',
  reveal: 'Im Dateimanager öffnen',
  showInFolder: 'Im Ordner zeigen',
  grid: 'Bilder',
  size: 'Größe der Vorschaubilder',
  sort: 'Sortieren nach',
  sorts: {
    best: 'Beste Treffer',
    newest: 'Neueste zuerst',
    oldest: 'Älteste zuerst',
    name: 'Name A–Z',
    'name-down': 'Name Z–A',
  },
  listOptions: 'Optionen für diese Liste',
  filters: 'Filter',
  moreFilters: 'Mehr Filter',
  allFolders: 'Ordner',
  anyDate: 'Datum',
  anyType: 'Alle Typen',
  text: 'Titel, Bildtext oder Stichwort enthält',
  camera: 'Kamera',
  rating: 'Bewertung',
  stars: (count: number) => (count === 0 ? 'Alle' : `${'★'.repeat(count)}${count < 5 ? ' +' : ''}`),
  fold: 'Eine Kachel je',
  folds: { none: 'Datei', shots: 'Aufnahme', bursts: 'Serie' },
  nearHint: 'Für Bilder von einem Ort öffne eines davon und wähle „Nahe diesem Ort“.',
  near: (place: string) => `Nahe ${place}`,
  anywhere: 'Überall',
  distance: 'Entfernung',
  kilometres: (count: number) => `${number(count)} km`,
  furtherFilters: (count: number) => plural(count, { one: '# Filter', other: '# Filter' }),
  type: 'Typ',
  name: 'Name enthält',
  from: 'Von',
  to: 'Bis',
  lastDays: (days: number) => plural(days, { one: 'Letzter Tag', other: 'Letzte # Tage' }),
  clearOne: (name: string) => `${name} entfernen`,
  withSubfolders: 'Mit Unterordnern',
  library: 'Bibliothek',
  folders: 'Ordner',
  allPictures: 'Alle Bilder',
  recent: 'Neu hinzugefügt',
  duplicates: 'Duplikate',
  trash: 'Papierkorb',
  users: 'Benutzer',
  expand: (name: string) => `Ordner in ${name} zeigen`,
  timeline: 'Zeitleiste',
}

export const selection = {
  bar: 'Ausgewählte Bilder',
  count: (count: number) => plural(count, { one: '# ausgewählt', other: '# ausgewählt' }),
  clear: 'Auswahl aufheben',
  more: 'Mehr davon',
  less: 'Weniger davon',
  all: (count: number) => `Alle ${number(count)} auswählen`,
  start: 'Bilder auswählen',
  trash: 'In den Papierkorb',
  tooMany: (most: number) =>
    plural(most, {
      one: '# Bild kann ausgewählt werden.',
      other: 'Höchstens # Bilder können auf einmal ausgewählt werden.',
    }),
  failed: 'Einige Bilder konnten nicht geladen werden. Nichts wurde ausgewählt.',
  compareLimits: 'Wähle 2 bis 4 Bilder zum Vergleichen aus.',
}

export const trash = {
  moved: (count: number) =>
    plural(count, { one: '# Bild in den Papierkorb gelegt', other: '# Bilder in den Papierkorb gelegt' }),
  undo: 'Rückgängig',
  /** Without a trash. */
  deleted: (count: number) => plural(count, { one: '# Bild gelöscht', other: '# Bilder gelöscht' }),
  deleteQuestion: (count: number) =>
    plural(count, {
      one: 'Dieses Bild vom Datenträger löschen? Das lässt sich nicht rückgängig machen.',
      other: '# Bilder vom Datenträger löschen? Das lässt sich nicht rückgängig machen.',
    }),
  undoFailed: 'Einige Bilder konnten nicht wiederhergestellt werden.',
  failed: (name: string, reason: string) => `${name} wurde nicht in den Papierkorb gelegt. ${reason}`,
  signedOut: 'Die Anmeldung war abgelaufen.',
  notMoved: (count: number) =>
    plural(count, {
      one: 'Die Anmeldung ist abgelaufen: # Bild wurde nicht in den Papierkorb gelegt.',
      other: 'Die Anmeldung ist abgelaufen: # Bilder wurden nicht in den Papierkorb gelegt.',
    }),
  nothingDeleted: (reason: string) => `Nichts wurde gelöscht. ${reason}`,
  title: 'Papierkorb',
  emptyTitle: 'Der Papierkorb ist leer',
  restore: 'Wiederherstellen',
  stay: (days: number) =>
    plural(days, {
      one: 'Gelöschte Bilder bleiben # Tag hier.',
      other: 'Gelöschte Bilder bleiben # Tage hier.',
    }),
  daysLeft: (days: number) => plural(days, { one: 'noch # Tag', other: 'noch # Tage' }),
  restored: (count: number) =>
    plural(count, { one: '# Bild wiederhergestellt', other: '# Bilder wiederhergestellt' }),
  emptyTrash: 'Papierkorb leeren',
  question: 'Papierkorb leeren?',
  warning: (count: number, size: string) =>
    plural(count, {
      one: `# Datei (${size}) wird vom Datenträger gelöscht. Das lässt sich nicht rückgängig machen.`,
      other: `# Dateien (${size}) werden vom Datenträger gelöscht. Das lässt sich nicht rückgängig machen.`,
    }),
  delete: (count: number) => plural(count, { one: '# Datei löschen', other: '# Dateien löschen' }),
  further: (count: number) => `und ${number(count)} weitere`,
}
