import { number, plural } from '../format.ts'

/** Tiles that stand for several files. */
export const folded = {
  titles: { trash: 'In den Papierkorb', collect: 'Zu Sammlung hinzufügen', export: 'Exportieren' },
  text: (tiles: number, files: number) =>
    plural(tiles, {
      one: `Diese Kachel steht für ${number(files)} Dateien: Kopien oder andere Formate der Aufnahme.`,
      other: `Diese # Kacheln stehen für ${number(files)} Dateien: Kopien oder andere Formate der Aufnahmen.`,
    }),
  all: (files: number) => plural(files, { other: 'Alle # Dateien' }),
  shown: (tiles: number) => plural(tiles, { one: 'Nur diese', other: 'Nur die # gezeigten' }),
  selected: (files: number) => plural(files, { other: '# Dateien' }),
}
