import { messages } from '../messages/messages.ts'

/** Parts of content types that can be chosen; `dcraw` stands for all raw photos. */
export const TYPES = ['jpeg', 'png', 'webp', 'heic', 'tiff', 'gif', 'dcraw'] as const

export function typeName(type: string): string {
  const { gallery, viewer } = messages
  if (type === '') return gallery.anyType
  return type === 'dcraw' ? viewer.raw : type.toUpperCase()
}
