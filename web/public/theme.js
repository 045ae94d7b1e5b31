// Runs before the page is painted, so that a chosen theme never flashes.
let chosen = null
try {
  chosen = localStorage.getItem('theme')
} catch {
  // A browser that keeps nothing.
}
document.documentElement.dataset.theme =
  chosen ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')
