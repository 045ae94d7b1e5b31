import { messages } from '../messages/messages.ts'
import type { Sketch } from './sketch.ts'
import { INK } from './stroke.ts'
import { INKS } from './tool-settings.ts'

/** The drawing in words: how many strokes it has, in which colours. */
export function describeSketch({ strokes }: Sketch): string {
  if (strokes.length === 0) return messages.sheet.blank
  const used = new Set(strokes.map(({ colour }) => colourName(colour ?? INK)))
  return messages.sheet.drawn(strokes.length, [...used])
}

/** The key of its name in the messages. */
export function colourName(colour: string): keyof typeof messages.sheet.colours {
  return INKS.find(([, value]) => value === colour)?.[0] ?? 'own'
}
