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
  download: 'Herunterladen',
  trash: 'In den Papierkorb',
  details: 'Details',
  moreActions: 'Weitere Aktionen',
  findSimilar: 'Ähnliche finden',
  moreLikeThis: 'Mehr davon',
  lessLikeThis: 'Weniger davon',
  searchRegion: 'Mit Ausschnitt suchen',
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
  looksAlike: 'Ähnliche Bilder',
  loading: 'Das Bild wird geladen',
  gone: 'Dieses Bild ist nicht mehr in der Galerie.',
  unreadable: 'Dieses Bild ist nicht lesbar. Es ist vielleicht beschädigt.',
  driveAway: 'Das Laufwerk dieses Bildes ist nicht verbunden. Zu sehen ist eine kleine Version.',
  damaged: 'Von diesem Bild war nur ein Teil lesbar.',
  size: (width: number, height: number) => `${number(width)} × ${number(height)}`,
  megapixels: (count: number) => `${number(Math.max(0.1, Math.round(count * 10) / 10))} Megapixel`,
  raw: 'RAW',
  rawShown: 'Gezeigt: die Vorschau in der Raw-Datei',
  fromCamera: (time: string) => `${time}, laut Kamera`,
  fromFile: (time: string) => `${time}, laut Datei`,
  ofFile: (date: string) => `${date} (Datei)`,
  filmstrip: 'Bilder davor und danach',
}

export const upload = {
  unreadable:
    'Der Browser kann diese Datei nicht lesen. Vielleicht ist sie ein Ordner oder wurde verschoben.',
  signedOut:
    'Hochladen abgebrochen: Deine Anmeldung ist abgelaufen. Melde dich an und versuche es noch einmal.',
}
