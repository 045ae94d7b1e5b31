import { number, plural } from '../format.ts'

export const viewer = {
  results: 'Ergebnisse',
  gallery: 'Galerie',
  position: (index: number, all: number) => `${number(index)} von ${number(all)}`,
  previous: 'Voriges Bild',
  next: 'Nächstes Bild',
  zoom: 'Zoom',
  fit: 'Einpassen',
  actual: '1:1',
  zoomIn: 'Vergrößern',
  zoomOut: 'Verkleinern',
  keepZoom: 'Zoom und Position behalten',
  download: 'Herunterladen',
  trash: 'In den Papierkorb',
  details: 'Details',
  fullScreen: 'Vollbild',
  leaveFullScreen: 'Vollbild verlassen',
  moreActions: 'Weitere Aktionen',
  findSimilar: 'Ähnliche finden',
  moreLikeThis: 'Mehr davon',
  lessLikeThis: 'Weniger davon',
  searchRegion: 'Ausschnitt suchen',
  showInFolder: 'Im Ordner zeigen',
  openOriginal: 'Original öffnen',
  whyMatched: 'Warum es passt',
  showMatch: 'Zeigen, wo',
  matchExplained:
    'Je kräftiger die Farbe, desto besser passt dieser Teil des Bildes zur Suche. Für alle Bilder gilt dieselbe Skala.',
  nearThisPlace: 'Nahe diesem Ort',
  keywords: 'Stichwörter',
  inWords: 'In Wörtern',
  stars: (count: number) => plural(count, { one: '# Stern', other: '# Sterne' }),
  looksAlike: 'Sieht ähnlich aus',
  loading: 'Das Bild wird geladen',
  gone: 'Dieses Bild ist nicht mehr in der Galerie.',
  unreadable: 'Dieses Bild ist nicht lesbar. Es ist vielleicht beschädigt.',
  damaged: 'Von diesem Bild war nur ein Teil lesbar.',
  size: (width: number, height: number) => `${number(width)} × ${number(height)}`,
  megapixels: (count: number) => `${number(Math.max(0.1, Math.round(count * 10) / 10))} Megapixel`,
  raw: 'RAW',
  rawShown: 'Gezeigt: die Vorschau in der Raw-Datei',
  fromCamera: (time: string) => `${time}, von der Kamera`,
  fromFile: (time: string) => `${time}, von der Datei`,
  filmstrip: 'Bilder davor und danach',
}

export const upload = {
  choose: 'Dateien hinzufügen',
  title: (folder: string) => `Hinzufügen zu ${folder}`,
  done: 'hinzugefügt',
  waiting: 'wartet',
  unreadable: 'Der Browser kann diese Datei nicht lesen. Sie ist ein Ordner oder wurde verschoben.',
  tooLargeForProxy: (size: string) =>
    `Hochladen abgebrochen: Der Proxy vor dem Server nimmt keine Dateien von ${size} an. Seine Grenze lässt sich erhöhen (nginx: client_max_body_size, ohne Angabe 1 MB).`,
  signedOut:
    'Hochladen abgebrochen: Deine Anmeldung ist abgelaufen. Melde dich an und versuche es noch einmal.',
  retry: 'Erneut versuchen',
  cancel: 'Abbrechen',
  close: 'Schließen',
  fold: 'Weniger zeigen',
  unfold: 'Jede Datei zeigen',
  summary: (done: number, failed: number, all: number) =>
    failed > 0
      ? plural(failed, {
          one: `# von ${number(all)} Dateien konnte nicht hinzugefügt werden`,
          other: `# von ${number(all)} Dateien konnten nicht hinzugefügt werden`,
        })
      : done === all
        ? plural(done, { one: '# Datei hinzugefügt', other: '# Dateien hinzugefügt' })
        : `${number(done)} von ${number(all)} Dateien hinzugefügt`,
}

export const duplicates = {
  title: 'Duplikate',
  groups: (count: number) => plural(count, { one: '# Gruppe', other: '# Gruppen' }),
  toFree: (size: string) => `${size} werden frei`,
  groupOf: (index: number, all: number) => `Gruppe ${number(index)} von ${number(all)}`,
  versions: (count: number) => plural(count, { one: '# Fassung', other: '# Fassungen eines Bildes' }),
  pictures: (count: number) => plural(count, { one: '# Bild', other: '# Bilder' }),
  frees: (size: string) => `gibt ${size} frei`,
  suggested: 'Vorschlag: das größte',
  keep: 'Behalten',
  keeping: 'Wird behalten',
  trash: 'Papierkorb',
  apply: (kept: number, moved: number) => `${number(kept)} behalten, ${number(moved)} in den Papierkorb`,
  skip: 'Überspringen',
  reviewed: 'Alle Duplikate geprüft',
  none: 'Keine Duplikate',
  noneHint: 'Alle Bilder wurden verglichen. Keine sehen gleich aus.',
  noneYet: 'Bisher keine Duplikate',
  compared: (share: number) =>
    `${number(share < 0.1 ? Math.round(share * 1000) / 10 : Math.floor(share * 100))} % der Bilder verglichen`,
  keys: 'behalten oder Papierkorb',
  nextKey: 'nächste Gruppe',
  list: 'Gruppen von Duplikaten',
}
