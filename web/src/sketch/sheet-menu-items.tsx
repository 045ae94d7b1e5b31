import { Bookmark, Check, LassoSelect, Layers2, Maximize2, Minimize2, Shapes, Trash2 } from 'lucide-react'
import * as DropdownMenu from 'radix-ui/dropdown-menu'
import type { IconButtonSize } from '../components/icon-button.tsx'
import { MenuItem, MenuSeparator, menuItemClass } from '../components/menu.tsx'
import { messages } from '../messages/messages.ts'
import type { SheetLayout } from './tool-pill.tsx'
import { type ToolSettings, WIDTH_PRESETS } from './tool-settings.ts'

export interface SheetMenuProps {
  layout: SheetLayout
  tools: ToolSettings
  onTools: (change: Partial<ToolSettings>) => void
  isTracing: boolean
  onTrace: () => void
  /** Undefined on a blank sheet. */
  clear: (() => void) | undefined
  openSaved: () => void
  isFull: boolean
  setFull: (isFull: boolean) => void
  size: IconButtonSize
}

/** Settings of the sheet; on a phone also the tools that have no room in the pill. */
export default function SheetMenuItems(props: SheetMenuProps) {
  const { layout, tools, onTools } = props
  return (
    <>
      {layout === 'phone' && <PhoneTools {...props} />}
      <Toggle
        label={messages.sheet.strokeEraser}
        isOn={tools.erasesWhole}
        onChange={(erasesWhole) => onTools({ erasesWhole })}
      />
      <Toggle
        label={messages.sheet.whitePaper}
        isOn={tools.isPaperWhite}
        onChange={(isPaperWhite) => onTools({ isPaperWhite })}
      />
      <Toggle
        label={messages.sheet.fingers}
        isOn={tools.drawsWithFingers}
        onChange={(drawsWithFingers) => onTools({ drawsWithFingers })}
      />
      {layout === 'stacked' && (
        <Toggle
          label={messages.sheet.rightHand}
          isOn={tools.areToolsOnRight}
          onChange={(areToolsOnRight) => onTools({ areToolsOnRight })}
        />
      )}
    </>
  )
}

function PhoneTools(props: SheetMenuProps) {
  const { tools, onTools, isTracing, onTrace, clear, openSaved, isFull, setFull } = props
  return (
    <>
      <DropdownMenu.RadioGroup
        aria-label={messages.sheet.width}
        value={String(tools.width)}
        onValueChange={(width) => onTools({ width: Number(width) })}
        className="flex"
      >
        {WIDTH_PRESETS.map((width, n) => (
          <DropdownMenu.RadioItem
            key={width}
            value={String(width)}
            aria-label={messages.sheet.widths[n]}
            className={`${menuItemClass()} flex-1 justify-center data-[state=checked]:bg-accent-soft`}
          >
            <span className="w-8 rounded-full bg-ink" style={{ height: width }} />
          </DropdownMenu.RadioItem>
        ))}
      </DropdownMenu.RadioGroup>
      <MenuSeparator />
      <MenuItem icon={<LassoSelect />} onSelect={() => onTools({ tool: 'select' })}>
        {messages.sheet.select}
      </MenuItem>
      <Toggle
        label={messages.sheet.tidy}
        icon={<Shapes />}
        isOn={tools.isTidying}
        onChange={(isTidying) => onTools({ isTidying })}
      />
      <MenuItem icon={<Layers2 />} onSelect={onTrace}>
        {isTracing ? messages.sheet.traceEnd : messages.sheet.trace}
      </MenuItem>
      <MenuSeparator />
      {clear !== undefined && (
        <MenuItem icon={<Trash2 />} onSelect={clear}>
          {messages.sheet.clear}
        </MenuItem>
      )}
      <MenuItem icon={<Bookmark />} onSelect={openSaved}>
        {clear === undefined ? messages.sheet.saved : messages.sheet.save}
      </MenuItem>
      <MenuItem icon={isFull ? <Minimize2 /> : <Maximize2 />} onSelect={() => setFull(!isFull)}>
        {isFull ? messages.sheet.small : messages.sheet.large}
      </MenuItem>
      <MenuSeparator />
    </>
  )
}

interface ToggleProps {
  label: string
  icon?: React.ReactNode
  isOn: boolean
  onChange: (isOn: boolean) => void
}

function Toggle({ label, icon, isOn, onChange }: ToggleProps) {
  return (
    <DropdownMenu.CheckboxItem checked={isOn} onCheckedChange={onChange} className={menuItemClass()}>
      {icon ?? <span className="size-4.5" />}
      <span className="flex-1">{label}</span>
      <DropdownMenu.ItemIndicator>
        <Check />
      </DropdownMenu.ItemIndicator>
    </DropdownMenu.CheckboxItem>
  )
}
