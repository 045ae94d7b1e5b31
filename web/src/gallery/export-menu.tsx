import {
  Archive,
  CodeXml,
  Download,
  FileCode,
  Image as ImageIcon,
  LayoutGrid,
  List,
  Table,
} from 'lucide-react'
import type { ReactNode } from 'react'
import type { Image } from '../api/client.ts'
import { EXPORT_FORMATS, type ExportFormat, exportImages } from '../api/export.ts'
import { BarButton } from '../components/bar-button.tsx'
import { Menu, MenuItem } from '../components/menu.tsx'
import { useToast } from '../components/toast.tsx'
import { bytes } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'

const ICONS: Record<ExportFormat, ReactNode> = {
  zip: <Archive />,
  'zip-small': <ImageIcon />,
  pdf: <LayoutGrid />,
  csv: <Table />,
  html: <CodeXml />,
  json: <FileCode />,
  paths: <List />,
  xmp: <FileCode />,
}

/** Saves the selected pictures as a file, in one of several formats. */
export function ExportMenu({ images }: { images: readonly Image[] }) {
  const { exporting: words } = messages
  const toast = useToast()
  const size = bytes(images.reduce((sum, image) => sum + image.bytes, 0))
  return (
    <Menu trigger={<BarButton label={words.title} icon={<Download />} />}>
      {EXPORT_FORMATS.map((format) => (
        <MenuItem
          key={format}
          icon={ICONS[format]}
          hint={format === 'zip' ? `ZIP, ${size}` : words.details[format]}
          onSelect={() =>
            exportImages(
              format,
              images.map(({ id }) => id),
              () => toast.show({ text: words.failed }),
            )
          }
        >
          {words.formats[format]}
        </MenuItem>
      ))}
    </Menu>
  )
}
