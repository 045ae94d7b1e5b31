import { Calendar, Info, Pencil, Trash2, Undo2 } from 'lucide-react'
import { useState } from 'react'
import { BarButton } from '../bar-button.tsx'
import { Button } from '../button.tsx'
import { Field } from '../field.tsx'
import { FilterChip } from '../filter-chip.tsx'
import { IconButton } from '../icon-button.tsx'
import { Pill, PillSeparator } from '../pill.tsx'
import { Segmented } from '../segmented.tsx'
import { Slider } from '../slider.tsx'
import { Switch } from '../switch.tsx'
import { Sample } from './sample.tsx'

const ignore = () => {}

/** Buttons, each at rest unless its name is that of a state. */
export function ButtonSamples() {
  return (
    <>
      <Sample files={['button']} title="Button">
        <Button variant="primary">Find similar</Button>
        <Button>Add to collection</Button>
        <Button variant="ghost">Skip</Button>
        <Button variant="danger" icon={<Trash2 />}>
          Move to trash
        </Button>
        <Button variant="danger-primary">Delete 12 files</Button>
        <Button variant="danger-ghost">Delete</Button>
        <Button variant="chosen">Keeping</Button>
        <Button disabled>Off</Button>
      </Sample>
      <Sample files={['button']} title="Button sizes">
        <Button size="small">Small</Button>
        <Button>Normal</Button>
        <Button size="large">Large</Button>
      </Sample>
      <Sample files={['button']} title="Button states">
        <Button variant="primary">Rest</Button>
        <Button variant="primary" className="bg-accent-hover!">
          Hover
        </Button>
        <Button variant="primary" className="focus-ring">
          Focus
        </Button>
        <Button variant="primary" className="scale-97 bg-accent-hover!">
          Pressed
        </Button>
        <Button variant="primary" isBusy>
          Saving
        </Button>
      </Sample>
      <Sample files={['icon-button', 'tooltip', 'tooltip-bubble']} title="Icon button, tooltip">
        <IconButton label="Undo" keys="Ctrl Z">
          <Undo2 />
        </IconButton>
        <IconButton label="Undo, hover" className="bg-sunken text-ink!">
          <Undo2 />
        </IconButton>
        <IconButton label="Undo, focus" className="focus-ring">
          <Undo2 />
        </IconButton>
        <IconButton label="Details" isPressed>
          <Info />
        </IconButton>
        <IconButton label="Pen" variant="tool" isPressed>
          <Pencil />
        </IconButton>
        <IconButton label="Undo, off" isDisabled>
          <Undo2 />
        </IconButton>
      </Sample>
      <Sample files={['bar-button']} title="Button on a bar">
        <div className="@container flex w-full max-w-lg items-center gap-1 overflow-x-auto rounded-card bg-bar p-1.5 text-on-bar">
          <BarButton label="More like these" icon={<Undo2 />} text="always" />
          <BarButton label="Compare" icon={<Info />} text="never" />
          <BarButton label="Move to trash" icon={<Trash2 />} text="always" isDanger />
        </div>
      </Sample>
    </>
  )
}

export function ChoiceSamples() {
  const [zoom, setZoom] = useState('fit')
  const [isOn, setOn] = useState(true)
  const [width, setWidth] = useState(8)
  return (
    <>
      <Sample files={['filter-chip']} title="Filter chip">
        <FilterChip text="Any date" />
        <FilterChip text="2008 – 2019" icon={<Calendar />} onClear={ignore} />
        <FilterChip text="Any type" className="focus-ring" />
      </Sample>
      <Sample files={['segmented']} title="Segmented">
        <Segmented
          label="Zoom"
          value={zoom}
          onChange={setZoom}
          options={[
            { value: 'fit', text: 'Fit' },
            { value: 'actual', text: '1:1' },
          ]}
        />
      </Sample>
      <Sample files={['switch']} title="Switch">
        <div className="w-full max-w-80">
          <Switch label="On" isOn={isOn} onChange={setOn} />
          <Switch label="Off" hint="With a hint below its name." isOn={!isOn} onChange={() => setOn(!isOn)} />
          <Switch label="Not available" isOn={false} onChange={ignore} isDisabled />
        </div>
      </Sample>
      <Sample files={['slider']} title="Slider">
        <Slider label="Thumbnail size" value={width} min={2} max={24} onChange={setWidth} />
        <span className="w-40">
          <Slider
            label="Influence"
            value={width}
            min={2}
            max={24}
            valueText={`${width} px`}
            isFilled
            onChange={setWidth}
          />
        </span>
      </Sample>
      <Sample files={['pill']} title="Pill">
        <Pill label="Tools">
          <IconButton label="Pen, chosen" variant="tool" isPressed>
            <Pencil />
          </IconButton>
          <PillSeparator />
          <IconButton label="Undo, in a pill">
            <Undo2 />
          </IconButton>
        </Pill>
        <Pill label="Tools, upright" isVertical isSmall>
          <IconButton label="Pen, upright" variant="tool">
            <Pencil />
          </IconButton>
          <IconButton label="Undo, upright">
            <Undo2 />
          </IconButton>
        </Pill>
      </Sample>
    </>
  )
}

export function FieldSamples() {
  const [name, setName] = useState('Book cover')
  return (
    <Sample files={['field']} title="Field">
      <Field label="Name" placeholder="Name" />
      <Field label="Filled" value={name} onChange={({ target }) => setName(target.value)} />
      <Field label="Wrong" defaultValue="Portfolio 2024" problem="This name is taken." />
      <Field label="With a hint" hint="Shown below the label." />
      <Field label="Off" defaultValue="Archive" disabled />
    </Sample>
  )
}
