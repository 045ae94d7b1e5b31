import type { Image } from '../api/client.ts'
import type { PlacedRow } from './grid-layout.ts'
import { PictureTile, type PictureTileProps } from './picture-tile.tsx'
import type { PictureActions } from './use-grid-keys.ts'

/** Properties of a grid, for its rows. */
export interface RowContext {
  imageAt: (index: number) => Image | undefined
  gap: number
  selected: ReadonlySet<string>
  /** Whether a press selects. */
  isSelecting: boolean
  unwanted: ReadonlySet<string>
  areScoresShown: boolean
  /** A few words on a picture. */
  detailOf?: ((image: Image) => string | undefined) | undefined
}

export type TileActions = Pick<
  PictureActions,
  'onOpen' | 'onToggle' | 'onAddTerms' | 'onFindSimilar' | 'onFiles' | 'onMenu'
> &
  Pick<PictureTileProps, 'onHold'>

interface GridRowProps {
  row: PlacedRow
  shift: number
  tabStop: number
  grid: RowContext
  actions: TileActions
}

/** One row of pictures, placed in the grid by its offset. */
export function GridRow({ row, shift, tabStop, grid, actions }: GridRowProps) {
  const { selected } = grid
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows are placed freely
    // biome-ignore lint/a11y/useFocusableInteractive: its tiles are focused
    <div
      role="row"
      aria-rowindex={row.number + 1}
      className="absolute top-0 left-0 flex"
      style={{ transform: `translateY(${row.top - shift}px)`, height: row.height, gap: grid.gap }}
    >
      {row.widths.map((width, n) => {
        const index = row.index + n
        const image = grid.imageAt(index)
        const isSelected = image !== undefined && selected.has(image.id)
        return (
          // biome-ignore lint/a11y/useSemanticElements: cells are placed freely
          // biome-ignore lint/a11y/useFocusableInteractive: its tile is focused
          <div
            // By index: a list that has grown shows some pictures twice until it is fetched again.
            key={index}
            role="gridcell"
            aria-colindex={n + 1}
            aria-selected={isSelected}
            className="duration-tile ease-out-soft transition-none"
            style={{ width }}
          >
            {image === undefined ? (
              <div className="size-full rounded-tile bg-sunken" />
            ) : (
              <PictureTile
                image={image}
                index={index}
                width={width}
                isSelected={isSelected}
                isSelecting={grid.isSelecting}
                isNegative={grid.unwanted.has(image.id)}
                isScoreShown={grid.areScoresShown}
                isTabStop={index === tabStop}
                detail={grid.detailOf?.(image)}
                {...actions}
              />
            )}
          </div>
        )
      })}
    </div>
  )
}
