import { Moon, Sun } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { messages } from '../messages.ts'
import { IconButton } from './icon-button.tsx'
import { setStored } from './stored.ts'

const root = document.documentElement

/** The theme itself is set by public/theme.js, before the page is painted and when the system changes. */
export function ThemeToggle() {
  const theme = useSyncExternalStore(subscribe, () => root.dataset.theme)
  const other = theme === 'dark' ? 'light' : 'dark'
  const change = () => {
    root.dataset.theme = other
    setStored('theme', other)
  }
  return (
    <IconButton label={messages.status[other]} onClick={change}>
      {theme === 'dark' ? <Sun /> : <Moon />}
    </IconButton>
  )
}

function subscribe(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange)
  observer.observe(root, { attributeFilter: ['data-theme'] })
  return () => observer.disconnect()
}
