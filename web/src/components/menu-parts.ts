import { type ComponentProps, createContext, type ReactElement, type ReactNode } from 'react'

export type MenuTrigger = ReactElement<ComponentProps<'button'>>

export interface MenuProps {
  /** Called when the menu has closed, before the focus returns to its button. @returns whether it has gone elsewhere */
  onClosed?: (() => boolean) | undefined
  /** A button that takes a ref. */
  trigger: MenuTrigger
  align?: 'start' | 'center' | 'end'
  children: ReactNode
}

export interface ContextMenuProps {
  label: string
  /** Where it opens, in CSS pixels of the window. */
  at: { x: number; y: number }
  onClose: () => void
  /** Gives the focus back. */
  onReturnFocus: () => void
  /** Items of menu.tsx. */
  children: ReactNode
}

export interface MenuChoiceProps<T extends string> {
  label: string
  value: T
  options: readonly { value: T; text: string }[]
  onChange: (value: T) => void
}

/** The parts of a menu, which are loaded with it. */
export interface MenuParts {
  Item: (props: { className: string; onSelect: () => void; children: ReactNode }) => ReactNode
  Separator: (props: { className: string }) => ReactNode
  Choice: <T extends string>(props: MenuChoiceProps<T> & { className: string }) => ReactNode
}

export const PartsContext = createContext<MenuParts | null>(null)
export const MENU =
  'z-50 max-h-(--radix-popper-available-height) min-w-48 animate-appear overflow-y-auto rounded-card bg-surface p-2 shadow-pop outline-none forced-colors:border'
