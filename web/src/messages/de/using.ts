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
  removeFrom: 'Aus Sammlung entfernen',
  added: (name: string) => `Zu „${name}“ hinzugefügt`,
  created: (name: string) => `Sammlung „${name}“ angelegt`,
  options: (name: string) => `Optionen für ${name}`,
  share: 'Mit allen hier teilen',
  unshare: 'Für mich behalten',
  delete: 'Sammlung löschen',
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
  flip: 'Ein Druck auf das Bild zeigt das nächste',
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
  failed: 'Der Export ist fehlgeschlagen. Versuche es noch einmal, oder sieh im Protokoll des Servers nach.',
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
