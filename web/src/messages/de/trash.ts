import { plural } from '../format.ts'

export const trashView = {
  title: 'Papierkorb',
  emptyTitle: 'Der Papierkorb ist leer',
  filterName: 'Nach Namen filtern',
  noneNamed: (name: string) => `Kein gelöschtes Bild hat „${name}“ im Namen`,
  showAll: 'Alle gelöschten Bilder zeigen',
  restore: 'Wiederherstellen',
  select: 'Wähle Bilder aus, um sie wiederherzustellen.',
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
}
