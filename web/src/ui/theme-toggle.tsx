import { Moon, Sun } from 'lucide-react'
import { useState } from 'react'
import { messages } from '../messages.ts'
import { IconButton } from './icon-button.tsx'
import { setStored } from './stored.ts'

/** The theme itself is set before the page is painted, by public/theme.js. */
export function ThemeToggle() {
  const [theme, setTheme] = useState(document.documentElement.dataset.theme)
  const other = theme === 'dark' ? 'light' : 'dark'
  const change = () => {
    document.documentElement.dataset.theme = other
    setStored('theme', other)
    setTheme(other)
  }
  return (
    <IconButton label={messages.status[other]} onClick={change}>
      {theme === 'dark' ? <Sun /> : <Moon />}
    </IconButton>
  )
}
