import { createContext, use } from 'react'

const LayerContext = createContext<HTMLElement | null>(null)

/** Encloses the content of the browser's top layer. Its menus and tooltips have to be inside to be visible. */
export const Layer = LayerContext.Provider

/** Returns the parent of menus and tooltips; the body by default. */
export function useLayer(): HTMLElement | null {
  return use(LayerContext)
}
