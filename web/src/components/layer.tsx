import { createContext, use } from 'react'

const LayerContext = createContext<HTMLElement | null>(null)

/** Encloses what lies in the browser's top layer: menus and tooltips of it have to be inside it to be seen. */
export const Layer = LayerContext.Provider

/** Where menus and tooltips are put; the body by default. */
export function useLayer(): HTMLElement | null {
  return use(LayerContext)
}
