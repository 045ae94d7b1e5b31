import { plural } from '../format.ts'

export const collections = {
  title: 'Sammlungen',
  none: 'Noch keine Sammlungen. Wähle Bilder aus, dann „Zu Sammlung hinzufügen“.',
  new: 'Neue Sammlung',
  name: 'Name',
  taken: 'Dieser Name ist vergeben.',
  titles: { add: 'Zu Sammlung hinzufügen', search: 'Diese Suche speichern', rename: 'Sammlung umbenennen' },
  actions: { add: 'Anlegen', search: 'Speichern', rename: 'Umbenennen' },
  saveSearch: 'Suche speichern',
  addTo: 'Zu Sammlung hinzufügen',
  addAll: (count: number) =>
    plural(count, {
      one: 'Das Bild zu einer Sammlung hinzufügen',
      other: 'Alle # zu einer Sammlung hinzufügen',
    }),
  tooMany: (most: number) => plural(most, { other: 'Höchstens # Bilder lassen sich auf einmal hinzufügen.' }),
  removeFrom: 'Aus Sammlung entfernen',
  added: (name: string) => `Zu „${name}“ hinzugefügt`,
  created: (name: string) => `Sammlung „${name}“ angelegt`,
  options: (name: string) => `Optionen für ${name}`,
  share: 'Mit allen hier teilen',
  unshare: 'Für mich behalten',
  delete: 'Sammlung löschen',
  deleted: 'Gelöschte Sammlung',
  question: (name: string) => `Sammlung „${name}“ löschen?`,
  warning: 'Ihre Bilder bleiben in der Galerie. Die Sammlung kann nicht wiederhergestellt werden.',
  star: 'Stern geben',
  unstar: 'Stern entfernen',
  starred: 'Nur Bilder mit Stern',
}

export const compare = {
  action: 'Vergleichen',
  title: (count: number) => plural(count, { one: '# Bild vergleichen', other: '# Bilder vergleichen' }),
  limits: 'Vergleichen lassen sich 2 bis 4 Bilder.',
  together: 'Gemeinsam zoomen',
  differences: 'Nur Unterschiede',
  keep: 'Behalten',
  keeping: 'Wird behalten',
  best: 'Bester Wert',
  bits: (count: number) => `${count} Bit`,
  below: (points: number) =>
    plural(points, { one: '# Punkt unter dem besten', other: '# Punkte unter dem besten' }),
  shown: 'Gezeigtes Bild',
  facts: {
    dimensions: 'Abmessungen',
    bytes: 'Dateigröße',
    format: 'Format',
    date: 'Datum',
    folder: 'Ordner',
    camera: 'Kamera',
    score: 'Ähnlichkeit',
  },
}

export const exporting = {
  title: 'Exportieren',
  all: (count: number) => plural(count, { one: 'Das Bild exportieren', other: 'Alle # exportieren' }),
  allFiles: 'Alle Dateien exportieren',
  failed: 'Der Export ist fehlgeschlagen. Versuche es noch einmal, oder sieh im Protokoll des Servers nach.',
  flat: 'Originale ohne Ordner',
  formats: {
    zip: 'Originale',
    'zip-small': 'Kleinere Kopien',
    pdf: 'Kontaktbogen',
    csv: 'Dateiliste',
    html: 'Webseite',
    json: 'Liste für Programme',
    paths: 'Liste der Pfade',
    xmp: 'XMP-Begleitdateien',
  },
  details: {
    zip: 'ZIP',
    'zip-small': 'ZIP, 2048 px',
    pdf: 'PDF, A4',
    csv: 'CSV',
    html: 'HTML',
    json: 'JSON',
    paths: 'TXT',
    xmp: 'ZIP',
  },
}
