import {
  type ComponentProps,
  cloneElement,
  createContext,
  lazy,
  type ReactElement,
  type ReactNode,
  Suspense,
  use,
  useState,
} from 'react'

export type MenuTrigger = ReactElement<ComponentProps<'button'>>

export interface MenuProps {
  /** A button that takes a ref. */
  trigger: MenuTrigger
  align?: 'start' | 'center' | 'end'
  children: ReactNode
}

const load = () => import('./radix-menu.tsx')
const RadixMenu = lazy(load)

/** The parts of a menu, which come with it. */
export interface MenuParts {
  Item: (props: { className: string; onSelect: () => void; children: ReactNode }) => ReactNode
  Separator: (props: { className: string }) => ReactNode
  Choice: <T extends string>(props: MenuChoiceProps<T> & { className: string }) => ReactNode
}

const PartsContext = createContext<MenuParts | null>(null)
export const MenuPartsProvider = PartsContext.Provider

export const MENU =
  'z-50 max-h-(--radix-popper-available-height) min-w-48 animate-appear overflow-y-auto rounded-card bg-surface p-2 shadow-pop outline-none forced-colors:border'
const ITEM =
  'flex min-h-9.5 cursor-default items-center gap-2.5 rounded-lg px-2.5 outline-none select-none coarse:min-h-11 data-highlighted:bg-sunken data-disabled:opacity-42 [&_svg]:size-4.5'

/** A menu below its button. Its code is loaded when a menu is wanted for the first time. */
export function Menu({ trigger, ...rest }: MenuProps) {
  const [isWanted, setWanted] = useState(false)
  const closed = cloneElement(trigger, {
    'aria-haspopup': 'menu',
    'aria-expanded': false,
    onPointerEnter: () => void load(),
    onFocus: () => void load(),
    onClick: () => setWanted(true),
  })
  if (!isWanted) return closed
  return (
    <Suspense fallback={closed}>
      <RadixMenu trigger={trigger} {...rest} />
    </Suspense>
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
  const { Item } = use(PartsContext)!
  return (
    <Item onSelect={onSelect} className={menuItemClass(isDanger)}>
      {icon}
      <span className="flex-1">{children}</span>
      {hint !== undefined && <span className="pl-5 text-12 text-ink-2">{hint}</span>}
    </Item>
  )
}

export function MenuSeparator() {
  const { Separator } = use(PartsContext)!
  return <Separator className="-mx-2 my-2 h-px bg-line" />
}

export interface MenuChoiceProps<T extends string> {
  label: string
  value: T
  options: readonly { value: T; text: string }[]
  onChange: (value: T) => void
}

/** One of several, with a tick at the chosen one. */
export function MenuChoice<T extends string>(props: MenuChoiceProps<T>) {
  const { Choice } = use(PartsContext)!
  return <Choice {...props} className={menuItemClass()} />
}
