import { plural } from '../format.ts'

/** The view of the trash. */
export const trashView = {
  title: 'Trash',
  emptyTitle: 'The trash is empty',
  filterName: 'Filter by name',
  noneNamed: (name: string) => `No deleted picture has “${name}” in its name`,
  showAll: 'Show all deleted pictures',
  restore: 'Restore',
  select: 'Select pictures to restore them.',
  stay: (days: number) =>
    plural(days, {
      one: 'Deleted pictures stay here for # day.',
      other: 'Deleted pictures stay here for # days.',
    }),
  daysLeft: (days: number) => plural(days, { one: '# day left', other: '# days left' }),
  restored: (count: number) => plural(count, { one: '# picture restored', other: '# pictures restored' }),
  emptyTrash: 'Empty the trash',
  question: 'Empty the trash?',
  warning: (count: number, size: string) =>
    plural(count, {
      one: `# file (${size}) will be deleted from the disk. This cannot be undone.`,
      other: `# files (${size}) will be deleted from the disk. This cannot be undone.`,
    }),
  delete: (count: number) => plural(count, { one: 'Delete # file', other: 'Delete # files' }),
}
