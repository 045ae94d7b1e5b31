import type { Random } from '../../scripts/demo/random.ts'

/** The name of an image, often one that is easily damaged on its way. */
export function newName(random: Random): string {
  const n = Math.floor(random.between(0, 401))
  const long = 'l'.repeat(250 - String(n).length)
  const names = [
    `f${n}`,
    `F${n}`,
    `né ${n}`,
    `ne\u0301 ${n}`,
    `line\n${n}`,
    `🖌️${n}`,
    `${long}${n}`,
    `a b,c'd"e%_${n}`,
  ]
  return (
    (random.chance(0.5) ? names[0]! : random.pick(names)) + random.pick(['.png', '.jpg', '.PNG', '.webp'])
  )
}

export function hasImageName(path: string): boolean {
  return /\.(jpe?g|png|webp|gif|avifs?|tiff?|bmp|dib|heic|heif|dng)$/i.test(path)
}

/** A path for the history. */
export function show(path: string): string {
  return JSON.stringify(path.length > 60 ? `${path.slice(0, 30)}…${path.slice(-25)}` : path)
}

export function swapCase(name: string): string {
  return name.replaceAll(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  )
}
