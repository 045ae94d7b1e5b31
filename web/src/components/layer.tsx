import { createContext, use } from 'react'

const LayerContext = createContext<HTMLElement | null>(null)

/** Encloses the content of the browser's top layer. Its menus and tooltips have to be inside to be visible. */
export const Layer = LayerContext.Provider

/** Where menus and tooltips are put; the body by default. */
export function useLayer(): HTMLElement | null {
  return use(LayerContext)
}
