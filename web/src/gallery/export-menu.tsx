import { Download } from 'lucide-react'
import type { Image } from '../api/client.ts'
import { BarButton } from '../components/bar-button.tsx'
import { Menu } from '../components/menu.tsx'
import { bytes } from '../messages/format.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { ExportItems, type WithSource } from './export-items.tsx'

/** Saves the selected pictures as a file, in one of several formats. */
export function ExportMenu({ images, withSource }: { images: readonly Image[]; withSource: WithSource }) {
  const size = bytes(images.reduce((sum, image) => sum + image.bytes, 0))
  return (
    <Menu trigger={<BarButton label={viewMessages.exporting.title} icon={<Download />} />}>
      <ExportItems withSource={withSource} size={size} />
    </Menu>
  )
}
