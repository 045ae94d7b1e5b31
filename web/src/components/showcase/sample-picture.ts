/** A sailing boat that stands for a photograph, as a data URL. */
export function samplePicture(sky: string): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 160"><rect width="240" height="160" fill="${sky}"/><rect y="110" width="240" height="50" fill="steelblue"/><path d="M112 24v76H62zM120 36l44 64h-44z" fill="ivory"/><path d="M54 106h120l-18 18H72z" fill="saddlebrown"/></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}

/** Lines of a sketch, ink on white. */
export const SAMPLE_SKETCH = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 60"><rect width="60" height="60" fill="white"/><path d="M10 44h40l-6 8H16zM30 10v32M30 12l16 28H30zM28 16L14 40h14" fill="none" stroke="black" stroke-width="2.5"/></svg>',
)}`
