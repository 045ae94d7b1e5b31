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
