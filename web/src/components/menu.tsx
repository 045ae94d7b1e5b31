import { Check } from 'lucide-react'
import { DropdownMenu as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { useLayer } from './layer.tsx'

interface MenuProps {
  /** A button that takes a ref. */
  trigger: ReactNode
  align?: 'start' | 'center' | 'end'
  children: ReactNode
}

export const MENU =
  'z-50 max-h-(--radix-popper-available-height) min-w-48 animate-appear overflow-y-auto rounded-card bg-surface p-2 shadow-pop outline-none forced-colors:border'
const ITEM =
  'flex min-h-9.5 cursor-default items-center gap-2.5 rounded-lg px-2.5 outline-none select-none coarse:min-h-11 data-highlighted:bg-sunken data-disabled:opacity-42 [&_svg]:size-4.5'

export function Menu({ trigger, align = 'start', children }: MenuProps) {
  const layer = useLayer()
  return (
    // Modal, it would lock the scroll bar with a style element, which the content security policy forbids.
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal container={layer}>
        <Radix.Content align={align} sideOffset={6} collisionPadding={8} className={MENU}>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

export interface MenuItemProps {
  icon?: ReactNode
  /** The key that does the same, or a further word. */
  hint?: string | undefined
  isDanger?: boolean
  onSelect: () => void
  children: ReactNode
}

export function menuItemClass(isDanger = false): string {
  return `${ITEM} ${isDanger ? 'text-danger' : '[&_svg]:text-ink-2'}`
}

export function MenuItem({ icon, hint, isDanger = false, onSelect, children }: MenuItemProps) {
  return (
    <Radix.Item onSelect={onSelect} className={menuItemClass(isDanger)}>
      {icon}
      <span className="flex-1">{children}</span>
      {hint !== undefined && <span className="pl-5 text-12 text-ink-2">{hint}</span>}
    </Radix.Item>
  )
}

export function MenuSeparator() {
  return <Radix.Separator className="-mx-2 my-2 h-px bg-line" />
}

interface MenuChoiceProps<T extends string> {
  label: string
  value: T
  options: readonly { value: T; text: string }[]
  onChange: (value: T) => void
}

/** One of several, with a tick at the chosen one. */
export function MenuChoice<T extends string>({ label, value, options, onChange }: MenuChoiceProps<T>) {
  return (
    <Radix.RadioGroup value={value} onValueChange={(next) => onChange(next as T)} aria-label={label}>
      {options.map(({ value: own, text }) => (
        <Radix.RadioItem key={own} value={own} className={menuItemClass()}>
          <span className="grid size-4.5 place-items-center">
            <Radix.ItemIndicator>
              <Check />
            </Radix.ItemIndicator>
          </span>
          {text}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  )
}
