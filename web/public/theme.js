// Runs before the page is painted, so that a chosen theme never flashes; without one the page follows the system.
{
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const show = () => {
    let chosen = null
    try {
      chosen = localStorage.getItem('theme')
    } catch {
      // The browser stores nothing.
    }
    document.documentElement.dataset.theme = chosen ?? (dark.matches ? 'dark' : 'light')
  }
  show()
  dark.addEventListener('change', show)
}
