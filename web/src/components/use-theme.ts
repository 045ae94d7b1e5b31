import { useState } from 'react'
import { getStored, removeStored, setStored } from './stored.ts'

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'theme'

/** The chosen theme. public/theme.js applies it before the first paint and when the system changes. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() => (getStored(KEY) as Theme | null) ?? 'system')
  const change = (next: Theme) => {
    setTheme(next)
    if (next === 'system') removeStored(KEY)
    else setStored(KEY, next)
    const isDark = next === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : next === 'dark'
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
  }
  return [theme, change]
}
