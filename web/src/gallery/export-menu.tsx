import { Download } from 'lucide-react'
import type { Image } from '../api/client.ts'
import { BarButton } from '../components/bar-button.tsx'
import { Menu } from '../components/menu.tsx'
import { bytes } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { ExportItems } from './export-items.tsx'

/** Saves the selected pictures as a file, in one of several formats. */
export function ExportMenu({ images }: { images: readonly Image[] }) {
  const size = bytes(images.reduce((sum, image) => sum + image.bytes, 0))
  return (
    <Menu trigger={<BarButton label={messages.exporting.title} icon={<Download />} />}>
      <ExportItems source={{ image_ids: images.map(({ id }) => id) }} size={size} />
    </Menu>
  )
}
