import { Palette, Type } from 'lucide-react'
import type { ComponentProps } from 'react'
import { QueryChip } from '../query-chip.tsx'
import { ScoreMeter } from '../score-meter.tsx'
import { FailedTile, Tile } from '../tile.tsx'
import { Sample } from './sample.tsx'
import { SAMPLE_SKETCH, samplePicture } from './sample-picture.ts'

const ignore = () => {}
const DAY = samplePicture('skyblue')
const NOTHING = 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"/>'
const EVENING = samplePicture('sandybrown')

function Chip(
  props: Pick<ComponentProps<typeof QueryChip>, 'text'> & Partial<ComponentProps<typeof QueryChip>>,
) {
  return (
    <QueryChip weight={0.6} removeLabel={`Remove ${props.text} from search`} onRemove={ignore} {...props} />
  )
}

/** Parts of a search. */
export function ChipSamples() {
  return (
    <Sample files={['query-chip', 'patient-image']} title="Query chip">
      <Chip text="Sketch" src={SAMPLE_SKETCH} isInk isOpen />
      <Chip text="More like" src={EVENING} />
      <Chip text="Region" src={DAY} weight={0.8} />
      <Chip text="evening light" icon={<Type />} weight={0.4} />
      <Chip text="Colours" icon={<Palette />} weight={0.2} />
      <Chip text="Less like" src={DAY} isNegative />
      <Chip text="Sending" isLoading />
      <Chip text="No longer available" isLost />
    </Sample>
  )
}

/** Shows the parts that appear while a tile is hovered or has the focus. */
const HOVERED = '[&_.invisible]:visible! [&_.opacity-0]:opacity-100!'

function Picture({
  isHovered = false,
  ...props
}: { text: string; isHovered?: boolean } & Partial<ComponentProps<typeof Tile>>) {
  const { text } = props
  return (
    <figure className={`m-0 ${isHovered ? HOVERED : ''}`}>
      <div className="h-24 w-36">
        <Tile
          name={text}
          label={`${text}.jpg, 12 June 2019`}
          src={EVENING}
          onToggle={ignore}
          onMore={ignore}
          onLess={ignore}
          onSimilar={ignore}
          {...props}
        />
      </div>
      <figcaption className="pt-1 text-12 text-ink-2">{text}</figcaption>
    </figure>
  )
}

/** A picture of the results; the actions appear on hover and focus. */
export function TileSamples() {
  return (
    <>
      <Sample files={['tile']} title="Tile">
        <Picture text="rest" score={0.42} />
        <Picture text="hover, focus" score={0.86} isHovered />
        <Picture text="score shown" score={0.86} isScoreShown />
        <Picture text="others selected" isSelecting />
        <Picture text="selected" score={0.86} isSelected isSelecting />
        <Picture text="negative" isNegative />
        <Picture text="starred" isStarred />
        <Picture text="damaged" isDamaged />
        <Picture text="several files" files={3} onFiles={ignore} />
        <Picture text="with words" detail="29 days left" />
        <Picture text="loading" src={NOTHING} placeholder={DAY} />
        <div className="h-24 w-36 self-start rounded-tile bg-sunken">
          <FailedTile name="failed.jpg" />
        </div>
      </Sample>
      <Sample files={['score-meter']} title="Score meter">
        {[0, 0.5, 1].map((score) => (
          <span key={score} className="relative h-8 w-16 rounded-tile bg-bar">
            <ScoreMeter score={score} />
          </span>
        ))}
      </Sample>
    </>
  )
}
