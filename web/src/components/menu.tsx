import { cloneElement, type ReactNode, use, useState } from 'react'
import { lazyPart } from './lazy-part.tsx'
import { type MenuChoiceProps, type MenuProps, PartsContext } from './menu-parts.ts'

const RadixMenu = lazyPart(() => import('./radix-menu.tsx'))

const ITEM =
  'flex min-h-9.5 cursor-default items-center gap-2.5 rounded-lg px-2.5 outline-none select-none coarse:min-h-11 data-highlighted:bg-sunken data-disabled:opacity-42 [&_svg]:size-4.5'

/** A menu below its button. Its code is loaded at the first use. */
export function Menu({ trigger, ...rest }: MenuProps) {
  const [isWanted, setWanted] = useState(false)
  const closed = cloneElement(trigger, {
    'aria-haspopup': 'menu',
    'aria-expanded': false,
    onPointerEnter: RadixMenu.preload,
    onFocus: RadixMenu.preload,
    onClick: () => setWanted(true),
  })
  if (!isWanted) return closed
  return <RadixMenu trigger={trigger} {...rest} whileLoading={closed} onMissing={() => setWanted(false)} />
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
  const { Item } = use(PartsContext)!
  return (
    <Item onSelect={onSelect} className={menuItemClass(isDanger)}>
      {icon}
      <span className="flex-1">{children}</span>
      {hint !== undefined && <span className="pl-5 text-12 text-ink-2">{hint}</span>}
    </Item>
  )
}

/** Items with a name above them. */
export function MenuGroup({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has no place in a menu
    <div role="group" aria-label={label}>
      <p aria-hidden="true" className="px-2.5 pt-1 pb-1.5 font-medium text-12 text-ink-2">
        {label}
      </p>
      {children}
    </div>
  )
}

export function MenuSeparator() {
  const { Separator } = use(PartsContext)!
  return <Separator className="-mx-2 my-2 h-px bg-line" />
}

/** One of several, with a tick at the chosen one. */
export function MenuChoice<T extends string>(props: MenuChoiceProps<T>) {
  const { Choice } = use(PartsContext)!
  return <Choice {...props} className={menuItemClass()} />
}
