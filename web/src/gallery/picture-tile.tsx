import { type ComponentProps, memo, useEffect, useRef } from 'react'
import type { Image } from '../api/client.ts'
import { placeholderOf, sourcesOf } from '../api/picture-sources.ts'
import { Tile } from '../components/tile.tsx'
import { messages } from '../messages/messages.ts'
import { dayOf } from './picture-date.ts'
import type { PictureActions } from './use-grid-keys.ts'

/** The type under which a picture of the gallery is dragged. */
export const DRAGGED_IMAGE = 'application/x-sketch-search-image'
const LONG_PRESS_MS = 450
/** Below this width there is no room for three actions. */
const MIN_WIDTH_OF_ACTIONS_PX = 150

export interface PictureTileProps
  extends Pick<
    PictureActions,
    'onOpen' | 'onToggle' | 'onAddTerms' | 'onFindSimilar' | 'onFiles' | 'onMenu'
  > {
  /** A finger has rested on the tile. @param touched the element in the tile that receives its events */
  onHold: (image: Image, index: number, touched: EventTarget, lifted: AbortSignal) => void
  image: Image
  index: number
  /** In CSS pixels. */
  width: number
  isSelected: boolean
  isSelecting: boolean
  isNegative: boolean
  isScoreShown: boolean
  isTabStop: boolean
  /** A few words on the picture, such as how long it stays in the trash. */
  detail: string | undefined
}

/** A press opens or selects, a long press selects, the second button opens the menu. */
function usePress({ image, index, isSelecting, onOpen, onToggle, onHold, onMenu }: PictureTileProps) {
  const press = useRef<{ timer?: ReturnType<typeof setTimeout>; lifted?: AbortController; isLong: boolean }>({
    isLong: false,
  })
  useEffect(() => () => clearTimeout(press.current.timer), [])
  const endPress = () => {
    clearTimeout(press.current.timer)
    press.current.lifted?.abort()
  }
  const handlers: ComponentProps<'button'> = {
    onPointerDown(event) {
      const { currentTarget: tile, target, pointerType } = event
      const isTouch = pointerType === 'touch'
      // A long press selects; some phones would begin to drag.
      tile.draggable = !isTouch
      endPress()
      press.current.isLong = false
      if (!isTouch) return
      const lifted = new AbortController()
      press.current.lifted = lifted
      press.current.timer = setTimeout(() => {
        press.current.isLong = true
        onHold(image, index, target, lifted.signal)
      }, LONG_PRESS_MS)
    },
    onPointerUp: endPress,
    onPointerCancel: endPress,
    onContextMenu(event) {
      if (press.current.isLong) return event.preventDefault()
      if (onMenu === undefined) return
      event.preventDefault()
      onMenu(image, index, { x: event.clientX, y: event.clientY })
    },
    onClick(event) {
      if (press.current.isLong) press.current.isLong = false
      else if (event.shiftKey || event.ctrlKey || event.metaKey) onToggle(image, index, event.shiftKey)
      // A click by the keyboard has no place: Enter opens while others are selected, too.
      else if (isSelecting && event.detail > 0) onToggle(image, index, false)
      else onOpen(image, index)
    },
  }
  return handlers
}

/** A tile for a picture of the gallery: a press opens or selects it, a long press selects, dragging takes it along. */
export const PictureTile = memo(function PictureTile(props: PictureTileProps) {
  const { image, index, width, isSelected, isSelecting, onToggle, onAddTerms, onFindSimilar, onFiles } = props
  const files = image.copies ? image.copies + 1 : undefined
  const press = usePress(props)
  const { user_visible_name: name, score } = image
  return (
    <Tile
      name={name}
      label={messages.gallery.tile(name, dayOf(image), score, files)}
      {...sourcesOf(image, width)}
      placeholder={placeholderOf(image)}
      score={score}
      isScoreShown={props.isScoreShown}
      isSelected={isSelected}
      isSelecting={isSelecting}
      isNegative={props.isNegative}
      isNarrow={width < MIN_WIDTH_OF_ACTIONS_PX}
      onToggle={(isRange) => onToggle(image, index, isRange)}
      onMore={onAddTerms && (() => onAddTerms(image, true))}
      onLess={onAddTerms && (() => onAddTerms(image, false))}
      onSimilar={onFindSimilar && (() => onFindSimilar(image))}
      isStarred={image.starred === true}
      isDamaged={image.note !== null}
      files={files}
      onFiles={onFiles && (() => onFiles(image))}
      detail={props.detail}
      button={{
        'data-index': index,
        'data-path': image.path,
        tabIndex: props.isTabStop ? 0 : -1,
        title: image.path,
        draggable: true,
        onDragStart(event) {
          event.dataTransfer.setData(DRAGGED_IMAGE, image.id)
          event.dataTransfer.effectAllowed = 'copy'
        },
        ...press,
      }}
    />
  )
})
