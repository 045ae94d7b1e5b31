import { number, plural } from '../format.ts'

export const nothing = {
  nothingClose: (isDrawn: boolean) =>
    isDrawn ? 'Füge ein, zwei Linien hinzu, oder zeige entferntere Treffer.' : 'Zeige entferntere Treffer.',
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
  collectionTitle: 'Noch nichts in dieser Sammlung',
  collection: 'Hinzugefügte Bilder erscheinen hier.',
  savedSearchTitle: 'Diese gespeicherte Suche findet keine Bilder',
  savedSearch: 'Bilder, die zu ihr passen, erscheinen hier automatisch.',
  recentTitle: 'Kürzlich kam nichts hinzu',
  recent: 'Neue Dateien der Galerie erscheinen hier.',
  onlyNegativeTitle: 'Füge etwas hinzu, wonach gesucht werden soll',
  onlyNegative: 'Die Suche schließt nur Bilder aus. Füge eine Skizze, ein Bild oder Wörter hinzu.',
}
