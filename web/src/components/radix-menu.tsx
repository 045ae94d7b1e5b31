import { Check } from 'lucide-react'
import * as Radix from 'radix-ui/dropdown-menu'
import { useLayer } from './layer.tsx'
import { MENU, type MenuChoiceProps, type MenuParts, type MenuProps, PartsContext } from './menu-parts.ts'

export const PARTS: MenuParts = { Item: Radix.Item, Separator: Radix.Separator, Choice }

/** The open menu, with keys, focus and roles by Radix. */
export default function RadixMenu({ trigger, align = 'start', onClosed, children }: MenuProps) {
  const layer = useLayer()
  return (
    // Modal, it would lock the scroll bar with a style element, which the content security policy forbids.
    <Radix.Root modal={false} defaultOpen>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal container={layer}>
        <Radix.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          onCloseAutoFocus={(event) => {
            if (onClosed?.()) event.preventDefault()
          }}
          className={MENU}
        >
          <PartsContext value={PARTS}>{children}</PartsContext>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
  className,
}: MenuChoiceProps<T> & { className: string }) {
  return (
    <Radix.RadioGroup value={value} onValueChange={(next) => onChange(next as T)} aria-label={label}>
      {options.map(({ value: own, text }) => (
        <Radix.RadioItem key={own} value={own} className={className}>
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
