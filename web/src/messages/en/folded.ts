import { number, plural } from '../format.ts'

/** Tiles that stand for several files. */
export const folded = {
  titles: { trash: 'Move to trash', collect: 'Add to collection', export: 'Export' },
  text: (tiles: number, files: number) =>
    plural(tiles, {
      one: `This tile stands for ${number(files)} files: copies, or other formats of the shot.`,
      other: `These # tiles stand for ${number(files)} files: copies, or other formats of the shots.`,
    }),
  all: (files: number) => plural(files, { other: 'All # files' }),
  shown: (tiles: number) => plural(tiles, { one: 'Only this one', other: 'Only the # shown' }),
  selected: (files: number) => plural(files, { other: '# files' }),
}
